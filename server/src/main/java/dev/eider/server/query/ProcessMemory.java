package dev.eider.server.query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how much memory the process has. Implementations are thread-safe. */
interface ProcessMemory {
  /**
   * Returns the bytes besides those that the Java heap has reserved, some of which it may never
   * have touched; so only differences mean something. 0 where it is not known.
   */
  long nativeBytes();

  /** Returns the bytes of the Java heap that may not have been touched. */
  long freeHeapBytes();

  /** Returns that of this process, which Linux alone tells. */
  static ProcessMemory ofThisProcess() {
    return new Linux(Path.of("/proc/self/status"));
  }

  /** That of this process on Linux: what is its own and resident, of which the heap is a part. */
  record Linux(Path status) implements ProcessMemory {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
    private static final String OWN = "RssAnon:";

    @Override
    public long nativeBytes() {
      try {
        return Files.readAllLines(status).stream()
            .filter(line -> line.startsWith(OWN))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
            .map(bytes -> bytes - Runtime.getRuntime().totalMemory())
            .sum();
      } catch (IOException e) {
        LOG.debug("the memory of the process is not known", e);
        return 0;
      }
    }

    @Override
    public long freeHeapBytes() {
      return Runtime.getRuntime().freeMemory();
    }
  }
}
