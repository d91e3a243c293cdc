package jumpvpn.node.transport.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jumpvpn.node.host.Libc;
import jumpvpn.node.host.LinuxException;

/**
 * Several sockets on one UDP port, told apart by the kernel. Those that were bound first are ours, one a shard: a packet of a binding goes to the shard that the last byte of its wire identifier says,
 * divided by their number; so a binding has one receiving thread, also when its peer's address changes. QUIC's socket may be the last: QUIC's packets have the fixed bit, 0x40, in their first byte or the
 * bit above it (RFC 9000 section 17), our messages are less than 0x40.
 */
final class PortSharing {
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    private static final int LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS; of the payload; too short a one ends with 0
    private static final int JUMP_IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final int REST = 0x94; // BPF_ALU | BPF_MOD | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K; here the number of a socket
    private static final int RETURN_LOADED = 0x16; // BPF_RET | BPF_A
    private static final int QUIC = 0x40;

    /** Where a wire identifier ends in a packet (docs/protocol/wire.md). */
    private static final int LAST_OF_WIRE_ID = 11;

    private PortSharing() {}

    /** Lets a socket that is not bound yet have a port together with another of this user's. */
    static void allow(int fd, String attempted) throws LinuxException {
        LinuxException.check(Libc.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1), attempted);
    }

    /**
     * Tells the kernel which of them gets what, once ours are bound.
     *
     * @param ours how many
     * @param withQuic whether QUIC's comes after them
     */
    static void divide(int fd, int ours, boolean withQuic, String attempted) throws LinuxException {
        int[][] program = {
            {LOAD_BYTE, 0, 0},
            {JUMP_IF_AT_LEAST, 3, withQuic ? QUIC : 0x100},
            {LOAD_BYTE, 0, LAST_OF_WIRE_ID},
            {REST, 0, ours},
            {RETURN_LOADED, 0, 0},
            {RETURN, 0, ours}
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate(program.length * 8L, 8);
            for (int i = 0; i < program.length; i++) {
                instruction(instructions, i * 8L, program[i]);
            }
            MemorySegment header = arena.allocate(16, 8); // struct sock_fprog: how many, where
            header.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
            header.set(ValueLayout.JAVA_LONG, 8, instructions.address());
            LinuxException.check(
                    Libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, header.address(), 16), attempted);
        }
    }

    /** struct sock_filter: code u16, instructions to skip if true u8, if false u8 (none here), operand u32. */
    private static void instruction(MemorySegment program, long at, int[] codeSkipOperand) {
        program.set(ValueLayout.JAVA_SHORT, at, (short) codeSkipOperand[0]);
        program.set(ValueLayout.JAVA_BYTE, at + 2, (byte) codeSkipOperand[1]);
        program.set(ValueLayout.JAVA_INT, at + 4, codeSkipOperand[2]);
    }
}
