package jumpvpn.node.ownership.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import jumpvpn.node.ownership.Reports;
import org.jspecify.annotations.Nullable;

/** An open log in a folder, what it held when it was opened, and what it reported. */
final class LogBed implements AutoCloseable {
    static final byte[] IDENTITY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    final StateFolder folder;
    final Map<Long, String> found = new TreeMap<>();
    final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    final AppendLog log;

    LogBed(Path path) throws IOException {
        this(path, IDENTITY, AppendLog.FREE_BYTES);
    }

    LogBed(Path path, byte[] identity, long freeBytes) throws IOException {
        folder = StateFolder.take(path);
        try {
            log = AppendLog.open(folder, identity, new Noted(), freeBytes, (at, change) -> {
                byte[] value = change.value();
                found.put(change.key().low(), new String(value, StandardCharsets.US_ASCII));
            });
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private final class Noted implements Reports {
        @Override
        public void warn(String text) {
            warnings.add(text);
        }

        @Override
        public void error(String text) {
            errors.add(text);
        }
    }

    static Entry put(long key, String value) {
        return new Entry(new Entry.Key((byte) 1, 0, key), value.getBytes(StandardCharsets.US_ASCII));
    }

    static Entry remove(long key) {
        return new Entry(new Entry.Key((byte) 1, 0, key), null);
    }

    /** Commits and waits for the end. */
    boolean commit(Entry... changes) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        return log.append(Arrays.asList(changes), done::complete) && done.join();
    }

    /** The key's value, now; null: it has none. */
    @Nullable
    String read(long key) {
        CompletableFuture<String> value = new CompletableFuture<>();
        String[] found = new String[1];
        boolean taken = log.read(
                file -> {
                    try {
                        byte[] bytes = file.value(put(key, "").key());
                        found[0] = bytes == null ? null : new String(bytes, StandardCharsets.US_ASCII);
                    } catch (IOException e) {
                        found[0] = e.toString();
                    }
                },
                durable -> value.complete(durable ? found[0] : "lost"));
        return taken ? value.join() : "refused";
    }

    /** What these commits, one after another, make of nothing. */
    static Map<Long, String> state(List<List<Entry>> commits) {
        Map<Long, String> state = new LinkedHashMap<>();
        for (List<Entry> changes : commits) {
            for (Entry change : changes) {
                byte[] value = change.value();
                if (value == null) {
                    state.remove(change.key().low());
                } else {
                    state.put(change.key().low(), new String(value, StandardCharsets.US_ASCII));
                }
            }
        }
        return new TreeMap<>(state);
    }

    @Override
    public void close() throws IOException {
        log.close();
        folder.close();
    }
}
