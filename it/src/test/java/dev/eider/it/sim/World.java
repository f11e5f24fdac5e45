package dev.eider.it.sim;

import dev.eider.it.testkit.History;
import dev.eider.it.testkit.workload.Tally;
import java.util.Random;

/** What the actors of a simulation share. */
record World(Scheduler scheduler, Random random, SimDaemon daemon, History history, Tally tally) {}
