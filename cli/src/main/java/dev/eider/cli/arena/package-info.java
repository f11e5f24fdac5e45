/**
 * Gold rush, the small turn-based game that the demo records: four prospectors on a field of
 * nuggets. Everything here is pure: the same world played twice gives the same events, and a world
 * read back from a snapshot plays on as if it had never been put away. Knows nothing of the daemon.
 */
@NullMarked
package dev.eider.cli.arena;

import org.jspecify.annotations.NullMarked;
