/**
 * How cost grows with what there is: {@code ./eider bench --growth}. Each {@link
 * dev.eider.bench.growth.Growth} gives curves, and {@link dev.eider.bench.growth.Plot} draws them.
 */
package dev.eider.bench.growth;
