package jumpvpn.node.transport.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;

/**
 * Two sockets on one UDP port, told apart by the kernel: QUIC's packets have the fixed bit, 0x40, in their first byte or the bit above it (RFC 9000 section 17), our messages are
 * less than 0x40. The socket that was bound first gets ours, the second gets QUIC's.
 */
final class PortSharing {
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    private static final short LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS; of the payload
    private static final short JUMP_IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final short RETURN = 0x06; // BPF_RET | BPF_K; here the number of a socket
    private static final int QUIC = 0x40;

    private PortSharing() {}

    /** Lets a socket that is not bound yet have a port together with another of this user's. */
    static void allow(int fd, String attempted) throws LinuxException {
        LinuxException.check(Libc.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1), attempted);
    }

    /** Tells the kernel which of the two gets what, once the first is bound. */
    static void divide(int fd, String attempted) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(4 * 8, 8);
            instruction(program, 0, LOAD_BYTE, 0, 0);
            instruction(program, 1, JUMP_IF_AT_LEAST, 1, QUIC);
            instruction(program, 2, RETURN, 0, 1);
            instruction(program, 3, RETURN, 0, 0);
            MemorySegment header = arena.allocate(16, 8); // struct sock_fprog: how many, where
            header.set(ValueLayout.JAVA_SHORT, 0, (short) 4);
            header.set(ValueLayout.JAVA_LONG, 8, program.address());
            LinuxException.check(
                    Libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, header.address(), 16), attempted);
        }
    }

    /** struct sock_filter: code u16, instructions to skip if true u8, if false u8, operand u32. */
    private static void instruction(MemorySegment program, int at, short code, int skipIfNot, int operand) {
        program.set(ValueLayout.JAVA_SHORT, at * 8L, code);
        program.set(ValueLayout.JAVA_BYTE, at * 8L + 3, (byte) skipIfNot);
        program.set(ValueLayout.JAVA_INT, at * 8L + 4, operand);
    }
}
