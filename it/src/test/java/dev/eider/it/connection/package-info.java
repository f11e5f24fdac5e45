/**
 * Connections that break, fall silent, age or are drained: who notices, when, and that clients go
 * on without gap or repeat.
 */
package dev.eider.it.connection;
