/** A mirror that copies a daemon into SQLite through SubscribeAll, and what becomes of it. */
package dev.eider.it.mirror;
