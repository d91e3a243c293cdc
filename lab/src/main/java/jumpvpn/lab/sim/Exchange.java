package jumpvpn.lab.sim;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import jumpvpn.core.control.MessageType;
import jumpvpn.core.control.Nonce;
import jumpvpn.core.control.ReattachAnswer;
import jumpvpn.core.control.ReattachMessage;
import jumpvpn.core.control.ReattachRequest;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.TicketSealer;
import jumpvpn.core.session.SessionId;
import org.jspecify.annotations.Nullable;

/**
 * What the sealed messages of the reattach exchange say, read where their maker sends them. Whatever arrives and was not sent like that, byte by byte, is a forgery:
 * so nobody's check of a proof is trusted here.
 */
final class Exchange {
    /** A request as its client made it. */
    record Asked(SessionId session, ReattachMessage.Proven<ReattachRequest> message, int hash) {
        String nonce() {
            return name(message.nonce());
        }
    }

    /** An answer as its gateway made it. */
    record Answered(Asked asked, ReattachAnswer answer) {}

    private final AeadPort aead;
    private List<TicketSealer> tickets = List.of();
    private final Map<ByteBuffer, Asked> requests = new HashMap<>(); // none of these is iterated
    private final Map<Long, Asked> byWireId = new HashMap<>();
    private final Map<ByteBuffer, Answered> answers = new HashMap<>();
    private final Map<ByteBuffer, Long> probes = new HashMap<>();
    private final Map<Long, SessionId> grants = new HashMap<>();

    Exchange(AeadPort aead) {
        this.aead = aead;
    }

    /** A client learns under this wire identifier of its own which session it is granted. */
    void grants(long clientWireId, SessionId id) {
        grants.put(clientWireId, id);
    }

    /** The session that a client was granted under this wire identifier of its own, or null. */
    @Nullable
    SessionId granted(long clientWireId) {
        return grants.get(clientWireId);
    }

    /** With what to open what the gateways seal. */
    void open(List<TicketSealer> sealers) {
        tickets = sealers;
    }

    static String name(Nonce nonce) {
        return HexFormat.of().toHexDigits(nonce.high()) + HexFormat.of().toHexDigits(nonce.low());
    }

    /**
     * A client, or who holds its credentials, sends a REATTACH_REQUEST.
     *
     * @return null if it is a repeat
     */
    @Nullable
    Asked asks(byte[] datagram) {
        if (requests.containsKey(ByteBuffer.wrap(datagram))) {
            return null;
        }
        byte[] copy = datagram.clone();
        ReattachMessage.Proven<ReattachRequest> message =
                opened(sealer -> ReattachMessage.openRequest(aead, sealer, copy), "a client's own request");
        Asked asked = new Asked(SessionId.of(message.ticket().sessionId()), message, requests.size());
        requests.put(ByteBuffer.wrap(copy), asked);
        byWireId.put(message.body().clientWireId(), asked);
        return asked;
    }

    /** The request that these bytes are, or null. */
    @Nullable
    Asked request(byte[] datagram) {
        return requests.get(ByteBuffer.wrap(datagram));
    }

    /** A gateway sends a datagram. */
    void gatewaySends(byte[] datagram) {
        switch (datagram[0]) {
            case MessageType.REATTACH_ANSWER -> answers(datagram);
            case MessageType.PROBE_ANSWER ->
                probes.put(
                        ByteBuffer.wrap(datagram.clone()), Objects.requireNonNull(ReattachMessage.addressee(datagram)));
            default -> {
                // no part of the exchange
            }
        }
    }

    /** A gateway sends a REATTACH_ANSWER. */
    Answered answers(byte[] datagram) {
        return answers.computeIfAbsent(ByteBuffer.wrap(datagram.clone()), bytes -> {
            Asked asked = byWireId.get(Objects.requireNonNull(ReattachMessage.addressee(datagram)));
            if (asked == null) {
                throw new Violation("MODEL", "a gateway answers a request that no client made");
            }
            ReattachAnswer answer = ReattachMessage.openAnswer(
                    aead,
                    asked.message.suite(),
                    asked.message.ticket().proofKey(),
                    asked.message.nonce(),
                    bytes.array());
            return new Answered(asked, Objects.requireNonNull(answer, "a gateway's own answer"));
        });
    }

    /** The answer that these bytes are, or null. */
    @Nullable
    Answered answer(byte[] datagram) {
        return answers.get(ByteBuffer.wrap(datagram));
    }

    /** The identifier to which a client's PROBE wants its answer. */
    long probes(byte[] datagram) {
        return opened(sealer -> ReattachMessage.openProbe(aead, sealer, datagram), "a client's own probe")
                .body();
    }

    /** By the gateway whose ticket it bears. */
    private <T> T opened(Function<TicketSealer, @Nullable T> by, String what) {
        return tickets.stream()
                .map(by)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new NullPointerException(what));
    }

    /** The identifier of the probe that these bytes answer, or null. */
    @Nullable
    Long probeAnswer(byte[] datagram) {
        return probes.get(ByteBuffer.wrap(datagram));
    }
}
