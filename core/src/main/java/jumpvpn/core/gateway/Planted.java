package jumpvpn.core.gateway;

import jumpvpn.core.observability.EventSink;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.security.Crypto;
import jumpvpn.core.security.Entropy;
import jumpvpn.core.session.Fault;

/** What a gateway with a planted fault stands on; sound ones without. */
final class Planted {
    private static final int LOSES_ONE_OF = 5;

    private Planted() {}

    /** The context, with a sink that loses rows if that is planted. */
    static GatewayContext context(GatewayContext sound) {
        return sound.faults().contains(Fault.LOST_EVENT) ? sound.with(new Lossy(sound.events())) : sound;
    }

    /** The randomness of bindings. */
    static Crypto crypto(GatewayContext context) {
        Crypto sound = context.crypto();
        return context.faults().contains(Fault.SAME_KEY_AFTER_RESTART)
                ? new Crypto(sound.aead(), sound.agreement(), new Repeated())
                : sound;
    }

    private static final class Lossy implements EventSink {
        private final EventSink sound;
        private int rows;

        Lossy(EventSink sound) {
            this.sound = sound;
        }

        @Override
        public void emit(jumpvpn.core.observability.Event event) {
            boolean lost = event.type() == EventType.STATE_CHANGE && ++rows % LOSES_ONE_OF == 0;
            if (!lost) {
                sound.emit(event);
            }
        }
    }

    private static final class Repeated implements Entropy {
        private long drawn;

        @Override
        public void fill(byte[] out) {
            for (int i = 0; i < out.length; i++) {
                drawn += 0x9E37_79B9_7F4A_7C15L; // SplitMix64, from zero at every start
                long mixed = (drawn ^ drawn >>> 30) * 0xBF58_476D_1CE4_E5B9L;
                out[i] = (byte) ((mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL >>> 56);
            }
        }
    }
}
