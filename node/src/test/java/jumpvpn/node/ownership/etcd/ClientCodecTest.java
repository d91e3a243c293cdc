package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.host.SystemEntropy;
import org.junit.jupiter.api.Test;

class ClientCodecTest {
    private static final List<IpAddress> ADDRESSES = List.of(IpAddress.parse("10.77.0.9"), IpAddress.parse("fd77::9"));

    private final byte[] clientKey = new byte[32];
    private final ClientCodec codec = codec(1);

    private static ClientCodec codec(int key) {
        byte[] recordKey = new byte[32];
        recordKey[0] = (byte) key;
        return new ClientCodec(Crypto.jdk(new SystemEntropy()), recordKey);
    }

    @Test
    void aClientIsReadAsItWasWritten() {
        byte[] value = codec.encode(new StoredClient(clientKey, "läptop", ADDRESSES, false));
        StoredClient read = codec.decode(clientKey, value);
        assertThat(read).isNotNull();
        assertThat(read.name()).isEqualTo("läptop");
        assertThat(read.addresses()).isEqualTo(ADDRESSES);
        assertThat(read.revoked()).isFalse();
        assertThat(codec.encode(new StoredClient(clientKey, "", List.of(), true)))
                .isEmpty();
        StoredClient revoked = codec.decode(clientKey, new byte[0]);
        assertThat(revoked).isNotNull();
        assertThat(revoked.revoked()).isTrue();
    }

    @Test
    void onlyAGatewaysWordCountsAndOnlyForThatClient() {
        byte[] value = codec.encode(new StoredClient(clientKey, "laptop", ADDRESSES, false));
        byte[] otherClient = clientKey.clone();
        otherClient[31] = 1;
        assertThat(codec.decode(otherClient, value)).isNull();
        assertThat(codec(2).decode(clientKey, value)).isNull();
        for (int i = 0; i < value.length; i++) {
            byte[] changed = value.clone();
            changed[i] ^= 1;
            assertThat(codec.decode(clientKey, changed)).as("byte %d", i).isNull();
        }
        assertThat(codec.decode(clientKey, new byte[] {1})).isNull();
    }
}
