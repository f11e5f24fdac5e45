package dev.eider.it.sim;

import java.util.Random;

/** What the actors of a simulation share. */
record World(
    Scheduler scheduler, Random random, SimDaemon daemon, Oracle oracle, Coverage coverage) {}
