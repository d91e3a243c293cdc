package jumpvpn.core.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.Varint;
import jumpvpn.core.security.AeadPort;
import jumpvpn.core.security.Suite;

/**
 * A binding as bytes, while nobody uses it: keys, counters, identifiers, deliveries. It has one key phase, receives, and its peer's address is proven and the newest
 * known one. Ciphers and replay window are not in it: what is older than the newest packet is taken for received. Secret.
 */
public final class RestingBinding {
    private static final int KEY_LENGTH = 32;

    private RestingBinding() {}

    /** Writes it, times as passed since then. */
    public static void encode(Binding binding, ByteBuffer out, long sinceNanos) {
        KeyPhase keys = binding.newest();
        out.put((byte) binding.suite().number());
        keys.encode(out);
        out.putLong(binding.localWireId).putLong(binding.peerWireId());
        Varint.put(out, binding.epoch);
        Varint.put(out, binding.pathId);
        binding.peer().encodeShort(out);
        Varint.put(out, keys.number);
        Varint.put(out, keys.firstCounter);
        Varint.put(out, keys.receivedBefore);
        Varint.put(out, keys.bornNanos - sinceNanos);
        Varint.put(out, binding.sealed());
        Varint.put(out, binding.halving.count());
        binding.delivery.encode(out, sinceNanos);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param replayWindow how many counters behind the largest a packet may come
     */
    public static Binding decode(AeadPort aead, ForwardingGate gate, int replayWindow, ByteBuffer in, long sinceNanos) {
        Suite suite = Suite.of(in.get());
        if (suite == null) {
            throw new IllegalArgumentException("no suite has this number");
        }
        byte[] sealKey = new byte[KEY_LENGTH];
        byte[] openKey = new byte[KEY_LENGTH];
        in.get(sealKey).get(openKey);
        long localWireId = in.getLong();
        long peerWireId = in.getLong();
        int epoch = (int) Varint.get(in);
        int pathId = (int) Varint.get(in);
        Endpoint peer = Endpoint.decodeShort(in);
        int phase = (int) Varint.get(in);
        long firstCounter = Varint.get(in);
        long receivedBefore = Varint.get(in);
        long bornNanos = sinceNanos + Varint.get(in);
        Binding.Parts parts = new Binding.Parts(
                gate,
                PacketLayout.DATA,
                epoch,
                suite,
                sealKey,
                openKey,
                localWireId,
                peerWireId,
                pathId,
                peer,
                replayWindow,
                bornNanos);
        KeyPhase.Start start = new KeyPhase.Start(phase, firstCounter, receivedBefore, bornNanos);
        Binding binding = new Binding(aead, parts, start, Varint.get(in), (int) Varint.get(in));
        binding.delivery.decode(in, sinceNanos);
        Arrays.fill(sealKey, (byte) 0);
        Arrays.fill(openKey, (byte) 0);
        return binding;
    }
}
