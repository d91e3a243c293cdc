package jumpvpn.core.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.JdkAead;
import jumpvpn.core.security.Suite;
import jumpvpn.core.security.Ticket;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.StateVersion;
import jumpvpn.core.transport.LinkKind;

/** One of everything, with values that tell fields apart. */
final class Samples {
    static final Crypto CRYPTO = Crypto.jdk(new Random(5)::nextBytes);
    static final Endpoint SIX = new Endpoint(IpAddress.parse("2001:db8::7"), 50_000);
    static final Endpoint FOUR = new Endpoint(IpAddress.parse("192.0.2.7"), 4500);
    static final Token TOKEN = new Token(0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L);
    static final StateVersion VERSION = StateVersion.of(0x2122_2324, 0x3132_3334);
    static final byte[] PROOF_KEY = CRYPTO.entropy().bytes(32);
    static final Nonce NONCE = new Nonce(0x4142_4344_4546_4748L, 0x5152_5354_5556_5758L);
    static final TicketSealer SEALER = new TicketSealer(CRYPTO.entropy().bytes(32), 20_000, 3);
    static final byte[] TICKET = SEALER.seal(
                    20_000, new Ticket(CRYPTO.entropy().bytes(16), 1, 2, 3, PROOF_KEY, Long.MAX_VALUE), 1, new byte[16])
            .getFirst();

    private Samples() {}

    static List<byte[]> tickets(int count) {
        List<byte[]> tickets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] ticket = new byte[TicketSealer.SEALED_LENGTH];
            Arrays.fill(ticket, (byte) (0xa0 + i));
            tickets.add(ticket);
        }
        return tickets;
    }

    static List<Nonce> nonces(int count) {
        List<Nonce> nonces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nonces.add(new Nonce(0x6000 + i, 0x7000 + i));
        }
        return nonces;
    }

    static ReattachRequest request(int unanswered) {
        return new ReattachRequest(
                BindCause.OPERATOR_JUMP,
                Protocol.TCP,
                LinkKind.CELLULAR,
                SIX,
                0x6162_6364_6566_6768L,
                0x7172_7374,
                0x0a0b_0c0d,
                0x1617_1819,
                TOKEN,
                0x0e0f_1011_1213_1415L,
                nonces(unanswered));
    }

    static ReattachAnswer.Ack ack(int tickets) {
        return new ReattachAnswer.Ack(
                VERSION, 0x8182_8384_8586_8788L, 0x0a0b_0c0d, true, FOUR, TOKEN, tickets(tickets));
    }

    /** The same bytes every time, by a new port: one that was used refuses a key and counter that it just had. */
    static byte[] requestDatagram(Suite suite, int unanswered) {
        return ReattachMessage.request(new JdkAead(), suite, TICKET, NONCE, PROOF_KEY, request(unanswered));
    }

    /** Every prefix of the bytes, and random bytes of many lengths. */
    static List<byte[]> mutilated(byte[] whole, long seed) {
        Random random = new Random(seed);
        List<byte[]> all = new ArrayList<>();
        for (int length = 0; length < whole.length; length++) {
            all.add(Arrays.copyOf(whole, length));
        }
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = new byte[random.nextInt(1200)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) random.nextInt(16);
            }
            all.add(bytes);
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            all.add(changed);
        }
        return all;
    }
}
