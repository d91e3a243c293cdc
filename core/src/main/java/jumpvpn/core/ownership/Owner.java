package jumpvpn.core.ownership;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jumpvpn.core.security.Hkdf;

/**
 * The gateway whose session record is the truth.
 *
 * @param gateway the number by which tickets and records name it, from its name
 * @param incarnation random, new at every start of the gateway: its fencing token
 */
public record Owner(long gateway, long incarnation) {
    /** The number by which tickets and records name the gateway of this name. */
    public static long number(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Hkdf.derive(new byte[0], bytes, "jumpvpn owner", new byte[0], 8))
                .getLong();
    }
}
