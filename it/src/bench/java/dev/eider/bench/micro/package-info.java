/**
 * Micro-benchmarks of the paths that were made fast, each beside the way it was before, so that a
 * change that loses it is seen. {@link dev.eider.bench.micro.Micro} runs them.
 */
package dev.eider.bench.micro;
