/**
 * Tests against the packaged daemon in its own process, over the wire alone.
 *
 * <p>{@link dev.eider.it.DaemonExtension} gives a test class its daemon, {@link
 * dev.eider.it.StreamChecker} says what one stream promises, and {@link dev.eider.it.RunReader} and
 * {@link dev.eider.it.ColdRead} feed it. What holds for many clients together is in {@link
 * dev.eider.it.testkit}. Every random choice comes from {@link dev.eider.it.Seed}, which prints
 * itself and takes a seed back.
 */
package dev.eider.it;
