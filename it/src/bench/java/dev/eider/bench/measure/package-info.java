/** What is measured, one class for each; {@link dev.eider.bench.measure.Measures} lists them. */
package dev.eider.bench.measure;
