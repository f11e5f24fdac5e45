package dev.eider.bench.micro;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the micro-benchmarks; takes JMH's own options, such as a pattern of names. */
public final class Micro {
  private Micro() {}

  public static void main(String[] args) throws CommandLineOptionException, RunnerException {
    new Runner(new OptionsBuilder().parent(new CommandLineOptions(args)).build()).run();
  }
}
