/**
 * The packaged daemon on damaged files: what it can make good it makes good, and all else stops its
 * start with one line that says what is wrong, where, and what to do, and with every file as it
 * was.
 *
 * <p>Damage to each byte of a log is the matter of {@code LogDamageTest} in the server; here it is
 * a few of each kind, through the daemon's own door.
 */
package dev.eider.it.damage;
