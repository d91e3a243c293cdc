package jumpvpn.node.observability.jsonl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import jumpvpn.node.observability.EventFormat;
import jumpvpn.node.observability.Exporter;
import jumpvpn.node.observability.NumberedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Appends events to a file, a line each, whole lines in one call. A full disk cuts no line off: the rest of a line that was begun is written when there is room again.
 * With a size, the full file becomes {@code NAME.1}, that one {@code NAME.2} and so on, and the oldest goes.
 */
public final class JsonLinesFile implements Exporter {
    private final Path path;
    private final EventFormat format;
    private final long rotateBytes;
    private final int keep;
    private final @Nullable EventSealer sealer;
    private FileChannel channel;
    private @Nullable List<NumberedEvent> rendered;
    private ByteBuffer unwritten = ByteBuffer.allocate(0);

    /**
     * Opens the file for appending; begins a new line if its last one was cut off.
     *
     * @param rotateBytes a file that would grow beyond is full; 0: none ever is
     * @param keep how many full ones are kept, at least 1
     */
    public JsonLinesFile(Path path, EventFormat format, long rotateBytes, int keep) throws IOException {
        this(path, format, rotateBytes, keep, null);
    }

    /**
     * Opens a file that is never full, in the same way.
     *
     * @param sealer of its lines; null: they are not sealed
     */
    public JsonLinesFile(Path path, EventFormat format, @Nullable EventSealer sealer) throws IOException {
        this(path, format, 0, 1, sealer);
    }

    private JsonLinesFile(Path path, EventFormat format, long rotateBytes, int keep, @Nullable EventSealer sealer)
            throws IOException {
        this.path = path;
        this.format = format;
        this.rotateBytes = rotateBytes;
        this.keep = keep;
        this.sealer = sealer;
        this.channel = open();
        if (isCutOff()) {
            unwritten = ByteBuffer.wrap(new byte[] {'\n'});
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Whether the last line has no end: the node was killed while it wrote. */
    private boolean isCutOff() throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) == 0) {
            return false;
        }
        try (FileChannel reading = FileChannel.open(path)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            reading.read(last, reading.size() - 1);
            return last.get(0) != '\n';
        }
    }

    @Override
    public void deliver(List<NumberedEvent> batch) throws IOException {
        if (rendered != batch) {
            flush();
            unwritten = render(batch);
            rendered = batch;
            rotate();
        }
        flush();
        rendered = null;
    }

    private ByteBuffer render(List<NumberedEvent> batch) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream(512 * batch.size());
        for (NumberedEvent event : batch) {
            lines.writeBytes(bytes(event, event == batch.getLast()));
            lines.write('\n');
        }
        return ByteBuffer.wrap(lines.toByteArray());
    }

    private byte[] bytes(NumberedEvent event, boolean isLast) {
        String line = format.line(event);
        return sealer == null ? line.getBytes(StandardCharsets.UTF_8) : sealer.sealed(line, isLast, event.wallMillis());
    }

    private void flush() throws IOException {
        try {
            while (unwritten.hasRemaining()) {
                channel.write(unwritten);
            }
        } catch (IOException e) {
            throw new IOException("cannot write " + path + " (" + e.getMessage() + "); make room there", e);
        }
    }

    private void rotate() throws IOException {
        if (rotateBytes == 0 || channel.size() == 0 || channel.size() + unwritten.remaining() <= rotateBytes) {
            return;
        }
        for (int number = keep; number > 1; number--) {
            Path newer = numbered(number - 1);
            if (Files.exists(newer)) {
                Files.move(newer, numbered(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (Files.exists(path)) { // else an attempt before got only so far
            Files.move(path, numbered(1), StandardCopyOption.REPLACE_EXISTING);
        }
        FileChannel full = channel;
        channel = open();
        full.close();
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // every line was written before
        }
    }
}
