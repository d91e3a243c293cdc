package jumpvpn.core.security;

import java.util.Arrays;

/** The two AEAD keys of a binding, 32 bytes each. {@link #toString()} shows no byte of them. */
public record BindingKeys(byte[] clientToGateway, byte[] gatewayToClient) {
    /** Overwrites both keys. */
    public void wipe() {
        Arrays.fill(clientToGateway, (byte) 0);
        Arrays.fill(gatewayToClient, (byte) 0);
    }

    @Override
    public String toString() {
        return "BindingKeys[…]";
    }
}
