/** What the disk, DuckDB and memory allow when nothing else is in the way, measured in process. */
package dev.eider.bench.ceiling;
