package jumpvpn.node.runtime;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jumpvpn.node.observability.Metric;

/** The process and its JVM, under the names that Prometheus's client libraries give them. */
final class ProcessMetrics {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final int KIBIBYTE = 1024;

    private ProcessMetrics() {}

    static List<Metric> now() {
        List<Metric> all = new ArrayList<>();
        long cpuNanos = ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(java.time.Duration::toNanos)
                .orElse(0L);
        all.add(counter("process_cpu_seconds_total", "seconds", "CPU time.", Map.of(), cpuNanos / NANOS_PER_SECOND));
        all.add(NodeMetrics.gauge(
                "process_resident_memory_bytes", "bytes", "Memory that is in RAM.", Map.of(), residentBytes()));
        all.add(NodeMetrics.gauge("process_open_fds", "", "Open file descriptors.", Map.of(), descriptors()));
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        Map<String, String> area = Map.of("area", "heap");
        all.add(NodeMetrics.gauge("jvm_memory_used_bytes", "bytes", "Memory in use.", area, (double) heap.getUsed()));
        all.add(NodeMetrics.gauge(
                "jvm_memory_max_bytes", "bytes", "Memory that may be used.", area, (double) heap.getMax()));
        all.add(NodeMetrics.gauge(
                "jvm_threads_current",
                "",
                "Platform threads.",
                Map.of(),
                ManagementFactory.getThreadMXBean().getThreadCount()));
        double collectedSeconds = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collectedSeconds += collector.getCollectionTime() / MILLIS_PER_SECOND;
        }
        all.add(counter(
                "jvm_gc_collection_seconds_total", "seconds", "Time in collections.", Map.of(), collectedSeconds));
        return all;
    }

    private static Metric counter(String name, String unit, String help, Map<String, String> labels, double value) {
        return new Metric.Figures(name, help, unit, true, List.of(new Metric.Sample(labels, value)));
    }

    private static double residentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * KIBIBYTE)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static double descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
