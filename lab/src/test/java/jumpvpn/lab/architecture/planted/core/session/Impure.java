package jumpvpn.lab.architecture.planted.core.session;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** One method for each thing that the core must not do; {@code RulesBiteTest} expects every one of them to be found. */
final class Impure {
    long nanoTime() {
        return System.nanoTime();
    }

    LongSupplier methodReference() {
        return System::currentTimeMillis;
    }

    String environment() {
        return System.getenv("HOME");
    }

    Instant instant() {
        return Instant.now();
    }

    java.time.Clock clock() {
        return java.time.Clock.systemUTC();
    }

    double mathRandom() {
        return Math.random();
    }

    int random() {
        return new java.util.Random(1).nextInt();
    }

    byte[] secureRandom() {
        return new java.security.SecureRandom().generateSeed(1);
    }

    int threadLocalRandom() {
        return ThreadLocalRandom.current().nextInt();
    }

    UUID uuid() {
        return UUID.randomUUID();
    }

    java.net.Socket socket() {
        return new java.net.Socket();
    }

    java.nio.channels.Selector channel() throws java.io.IOException {
        return java.nio.channels.Selector.open();
    }

    java.io.File file() {
        return new java.io.File("x");
    }

    java.nio.file.Path path() {
        return java.nio.file.Path.of("x");
    }

    Thread thread() {
        return Thread.currentThread();
    }

    void lock() {
        new ReentrantLock().lock();
    }

    java.util.concurrent.Executor executor() {
        return Runnable::run;
    }

    Map<String, String> hashMap() {
        return new HashMap<>();
    }

    Map<String, String> concurrentHashMap() {
        return new ConcurrentHashMap<>();
    }

    Set<String> setOf() {
        return Set.of("a", "b");
    }

    Map<String, String> mapOf() {
        return Map.of("a", "b");
    }

    Set<String> toSet(List<String> in) {
        return in.stream().collect(Collectors.toSet());
    }

    Map<String, Long> groupingBy(List<String> in) {
        return in.stream().collect(Collectors.groupingBy(s -> s, Collectors.counting()));
    }

    long parallel(List<String> in) {
        return in.parallelStream().count();
    }

    java.lang.foreign.Linker linker() {
        return java.lang.foreign.Linker.nativeLinker();
    }

    String logger() {
        return java.util.logging.Logger.getGlobal().getName();
    }

    Thread[][] arrayOfThreads() {
        return new Thread[0][];
    }
}
