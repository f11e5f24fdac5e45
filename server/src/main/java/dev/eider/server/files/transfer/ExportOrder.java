package dev.eider.server.files.transfer;

import dev.eider.server.event.RunId;
import dev.eider.server.read.runs.RunSelection;
import java.util.Set;

/**
 * Which runs an export holds. Immutable.
 *
 * @param runIds empty for those of the selection
 */
public record ExportOrder(Set<RunId> runIds, RunSelection selection, boolean isParquet) {}
