package jumpvpn.node.observability.otlp;

import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jumpvpn.node.observability.Exporter;

/**
 * What a receiver says that it left out though it answered 200 (opentelemetry/proto/collector, {@code ExportLogsPartialSuccess} and its likes): that must not be sent again.
 *
 * @param rejected items of the request; 0: it took all
 * @param message why, printable
 */
record PartialSuccess(long rejected, String message) {
    private static final int PARTIAL_SUCCESS = 1 << 3 | 2;
    private static final int REJECTED = 1 << 3;
    private static final int MESSAGE = 2 << 3 | 2;
    private static final int MOST_CHARACTERS = 200;

    /**
     * Reads an answer, or its beginning. What is no such message rejects nothing.
     *
     * @param answer an {@code ExportLogsServiceResponse}, or that of traces or metrics: their fields have the same numbers
     */
    static PartialSuccess of(byte[] answer) {
        Reader reader = new Reader();
        try {
            reader.read(ByteBuffer.wrap(answer), false);
        } catch (BufferUnderflowException e) {
            // it ends early: so much is known
        }
        return new PartialSuccess(Math.max(0, reader.rejected), reader.message);
    }

    /** In words, with how many of the events are lost by it. */
    Exporter.RefusedException refusal(URI url, String items, long events) {
        return new Exporter.RefusedException(url + " refused " + rejected + " " + items + ": " + message, events);
    }

    private static final class Reader {
        private long rejected;
        private String message = "";

        void read(ByteBuffer in, boolean inside) {
            while (in.hasRemaining()) {
                long tag = varint(in);
                if (inside && tag == REJECTED) {
                    rejected = varint(in);
                } else if (inside && tag == MESSAGE) {
                    message = printable(part(in));
                } else if (!inside && tag == PARTIAL_SUCCESS) {
                    read(part(in), true);
                } else {
                    skip(in, (int) tag & 7);
                }
            }
        }

        private static void skip(ByteBuffer in, int wireType) {
            switch (wireType) {
                case 0 -> varint(in);
                case 1 -> in.getLong();
                case 2 -> part(in);
                case 5 -> in.getInt();
                default -> in.position(in.limit()); // no message of Protocol Buffers
            }
        }

        /** As much of it as there is. */
        private static ByteBuffer part(ByteBuffer in) {
            long length = varint(in);
            int known = length < 0 ? in.remaining() : (int) Math.min(in.remaining(), length);
            ByteBuffer part = in.slice(in.position(), known);
            in.position(in.position() + known);
            return part;
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            in.position(in.limit());
            return 0;
        }

        private static String printable(ByteBuffer text) {
            String all = StandardCharsets.UTF_8.decode(text).toString().replaceAll("[^\\x20-\\x7e]+", " ");
            return all.substring(0, Math.min(all.length(), MOST_CHARACTERS)).strip();
        }
    }
}
