/**
 * Queries in SQL through the daemon: what they answer, what they are refused, what they may take.
 */
package dev.eider.it.query;
