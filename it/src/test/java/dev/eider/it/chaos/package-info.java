/**
 * The packaged daemon under everything at once, and the proof that the judge of it would notice:
 * the same daemon sabotaged.
 */
package dev.eider.it.chaos;
