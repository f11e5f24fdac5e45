/**
 * The runs in memory and their newest durable events.
 *
 * <p>The sequencer thread writes; every thread reads. Nothing gets in here before it is durable.
 */
@NullMarked
package dev.eider.server.hub;

import org.jspecify.annotations.NullMarked;
