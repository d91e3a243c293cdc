package jumpvpn.node.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jumpvpn.core.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A routing netlink socket (rtnetlink(7)): requests with their acknowledgement, dumps, and events of multicast groups. The socket belongs to the network namespace of the
 * thread that opened it. One thread at a time.
 */
final class Netlink implements AutoCloseable {
    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int HEADER_BYTES = 16;
    private static final int BUFFER_BYTES = 1 << 16; // more than the kernel's largest dump portion, 32 KiB
    private static final int DUMP_ATTEMPTS = 8;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(BUFFER_BYTES, 16);
    private final ByteBuffer buffer = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    private final int fd;
    private int sequence;
    private boolean closed;

    private Netlink(int fd) {
        this.fd = fd;
    }

    /** As messages name it. */
    static int family(IpAddress address) {
        return address.isV4() ? AF_INET : AF_INET6;
    }

    /** The kernel's number for an interface. @throws LinuxException ENODEV: there is none of this name */
    static int index(String link, String attempted) throws LinuxException {
        int index = Libc.ifNameToIndex(link);
        if (index == 0) {
            throw new LinuxException(Errno.ENODEV, attempted);
        }
        return index;
    }

    /** @param groups RTMGRP bits of the events wanted; 0: for requests */
    static Netlink open(int groups) throws LinuxException {
        String attempted = "open a routing netlink socket";
        int fd = LinuxException.check(Libc.socket(AF_NETLINK, SOCK_RAW | Libc.O_CLOEXEC, 0), attempted);
        long at = Libc.scratch();
        Memory.putLong(at, AF_NETLINK);
        Memory.putInt(at + 8, groups);
        int status = Libc.bind(fd, at, 12);
        if (status < 0) {
            Libc.close(fd);
            throw new LinuxException(-status, attempted);
        }
        Libc.setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        Libc.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
        Memory.putLong(at, 2); // seconds: the kernel answers at once, so this only keeps a bug from hanging the program
        Memory.putLong(at + 8, 0);
        Libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, at, 16);
        return new Netlink(fd);
    }

    int fd() {
        return fd;
    }

    /** A request of this type, its header still without length. */
    Request begin(int type, int flags) {
        return new Request(type, flags | NLM_F_REQUEST);
    }

    /** A message under construction, in the machine's byte order. */
    final class Request {
        private final ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());

        private Request(int type, int flags) {
            out.putInt(0)
                    .putShort((short) type)
                    .putShort((short) flags)
                    .putInt(++sequence)
                    .putInt(0);
        }

        /** The fixed part that follows the header. */
        ByteBuffer body() {
            return out;
        }

        Request attribute(int type, byte[] value) {
            out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
            out.position((out.position() + 3) & -4);
            return this;
        }

        Request attribute(int type, int value) {
            out.putShort((short) 8).putShort((short) type).putInt(value);
            return this;
        }

        private void send(String attempted) throws LinuxException {
            int length = out.position();
            out.putInt(0, length);
            MemorySegment.copy(out.array(), 0, memory, JAVA_BYTE, 0, length);
            LinuxException.check(Libc.write(fd, memory.address(), length), attempted);
        }

        /** Sends it and waits for the kernel's verdict. */
        void execute(String attempted) throws LinuxException {
            send(attempted);
            receive(attempted, message -> {});
        }

        /** Sends it and hands over every message of the answer. False: things changed meanwhile, ask again. */
        boolean list(String attempted, Consumer<Message> each) throws LinuxException {
            send(attempted);
            return receive(attempted, each);
        }
    }

    /** Messages until the acknowledgement or the end of a dump. */
    private boolean receive(String attempted, Consumer<Message> each) throws LinuxException {
        boolean consistent = true;
        while (true) {
            int length = receiveOnce(0);
            LinuxException.check(length, attempted);
            for (int at = 0; at + HEADER_BYTES <= length; at += (buffer.getInt(at) + 3) & -4) {
                Message message = new Message(at);
                if (buffer.getInt(at + 8) != sequence) {
                    continue; // left over from a request that was given up
                }
                consistent &= (message.flags() & NLM_F_DUMP_INTR) == 0;
                if (message.type() == NLMSG_DONE) {
                    return consistent;
                } else if (message.type() == NLMSG_ERROR) {
                    message.throwIfError(attempted);
                    return consistent;
                }
                each.accept(message);
            }
        }
    }

    /** Lists everything of one kind, again if it changed while it was listed; {@code begin} empties the result and makes the request. */
    static void dump(Supplier<Request> begin, String attempted, Consumer<Message> each) throws LinuxException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            if (begin.get().list(attempted, each)) {
                return;
            }
        }
        throw new LinuxException(Errno.EINTR, attempted, "it changed each time while it was read: try again");
    }

    /**
     * Takes the events that wait, at most as many as one buffer holds.
     *
     * @return false: there was none
     * @throws LinuxException ENOBUFS if events were lost
     */
    boolean events(Consumer<Message> each) throws LinuxException {
        int length = receiveOnce(Libc.MSG_DONTWAIT);
        if (length == -Errno.EAGAIN || length == 0) {
            return false;
        }
        LinuxException.check(length, "read network events");
        for (int at = 0; at + HEADER_BYTES <= length; at += (buffer.getInt(at) + 3) & -4) {
            each.accept(new Message(at));
        }
        return true;
    }

    private int receiveOnce(int flags) {
        int length;
        do {
            length = Libc.recv(fd, memory.address(), BUFFER_BYTES, flags);
        } while (length == -Errno.EINTR);
        if (length >= HEADER_BYTES && buffer.getInt(0) < HEADER_BYTES) {
            throw new IllegalStateException("the kernel's netlink message is malformed");
        }
        return length;
    }

    /** One received message, valid until the next receive. Offsets count from the end of the header. */
    final class Message {
        private final int start;

        private Message(int start) {
            this.start = start;
            if (buffer.getInt(start) < HEADER_BYTES) {
                throw new IllegalStateException("the kernel's netlink message is malformed");
            }
        }

        int type() {
            return buffer.getShort(start + 4) & 0xffff;
        }

        int flags() {
            return buffer.getShort(start + 6) & 0xffff;
        }

        int u8(int offset) {
            return buffer.get(start + HEADER_BYTES + offset) & 0xff;
        }

        int u16(int offset) {
            return buffer.getShort(start + HEADER_BYTES + offset) & 0xffff;
        }

        int i32(int offset) {
            return buffer.getInt(start + HEADER_BYTES + offset);
        }

        /** The value of the first attribute of this type behind a fixed part of {@code body} bytes, or null. */
        byte @Nullable [] attribute(int body, int type) {
            int end = start + buffer.getInt(start);
            int at = start + HEADER_BYTES + body;
            while (at + 4 <= end) {
                int length = buffer.getShort(at) & 0xffff;
                if (length < 4) {
                    return null;
                }
                if ((buffer.getShort(at + 2) & 0x3fff) == type) {
                    byte[] value = new byte[length - 4];
                    buffer.get(at + 4, value);
                    return value;
                }
                at += (length + 3) & -4;
            }
            return null;
        }

        /** The same as an int, or {@code fallback}. */
        int attribute(int body, int type, int fallback) {
            byte[] value = attribute(body, type);
            return value == null || value.length < 4
                    ? fallback
                    : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
        }

        /** The same as text, or the empty string. */
        String text(int body, int type) {
            byte[] value = attribute(body, type);
            return value == null || value.length == 0
                    ? ""
                    : new String(value, 0, value.length - 1, StandardCharsets.UTF_8);
        }

        private void throwIfError(String attempted) throws LinuxException {
            int error = -i32(0);
            if (error == 0) {
                return;
            }
            String kernelSays = (flags() & NLM_F_ACK_TLVS) == 0 ? "" : text(4 + HEADER_BYTES, NLMSGERR_ATTR_MSG);
            throw kernelSays.isEmpty()
                    ? new LinuxException(error, attempted)
                    : new LinuxException(error, attempted + " (the kernel says: " + kernelSays + ")");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
            arena.close();
        }
    }
}
