/**
 * Hostile input: whatever a client sends, the daemon stays up, keeps its promises to everybody
 * else, stores all of a request or nothing, and says why it refuses.
 */
package dev.eider.it.fuzz;
