package dev.eider.server.config;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** How much memory this process may take. Thread-safe. */
public final class JvmMemory {
  private JvmMemory() {}

  public static long heapBytesMax() {
    return Runtime.getRuntime().maxMemory();
  }

  /** As large as the heap unless an option says otherwise. */
  public static long directBytesMax() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long bytes =
        jvm == null ? 0 : Long.parseLong(jvm.getVMOption("MaxDirectMemorySize").getValue());
    return bytes == 0 ? heapBytesMax() : bytes;
  }
}
