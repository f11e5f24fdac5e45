/**
 * Tests against the packaged daemon in its own process, over the wire alone.
 *
 * <p>{@link dev.eider.it.DaemonExtension} gives a test class its daemon, {@link
 * dev.eider.it.StreamChecker} is the one place that says what a stream promises, and {@link
 * dev.eider.it.RunReader} and {@link dev.eider.it.ColdRead} feed it. Every random choice comes from
 * {@link dev.eider.it.Seed}, which prints itself and takes a seed back.
 */
package dev.eider.it;
