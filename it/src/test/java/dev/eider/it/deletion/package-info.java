/**
 * Runs that are deleted: nobody finds them any more, their forks read on, no crash brings them
 * back, and their room comes back.
 */
package dev.eider.it.deletion;
