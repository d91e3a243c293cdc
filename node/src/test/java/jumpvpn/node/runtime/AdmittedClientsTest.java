package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmittedClientsTest {
    private static final IpAddress TWO = IpAddress.parse("10.77.0.2");
    private static final IpAddress THREE = IpAddress.parse("10.77.0.3");

    @TempDir
    private Path folder;

    private AdmittedClients one;
    private AdmittedClients other;

    @BeforeEach
    void ofOneFile() throws IOException, ConfigException {
        one = new AdmittedClients(GatewayFiles.load(folder, ""));
        other = new AdmittedClients(GatewayFiles.load(folder, ""));
    }

    private static byte[] key(int each) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) each);
        return key;
    }

    @Test
    void begunWithThoseOfTheFile() {
        assertThat(one.size()).isOne();
        assertThat(one.keys(GatewayFiles.CLIENT)).hasSize(1);
        assertThat(one.keys("phone")).isEmpty();
        assertThat(one.digest()).matches("[0-9a-f]{8}").isEqualTo(other.digest());
    }

    @Test
    void theSameListHasTheSameDigestInWhateverOrderItCame() {
        one.admit("phone", key(1), List.of(TWO));
        assertThat(one.digest()).isNotEqualTo(other.digest());
        one.admit("tablet", key(2), List.of(THREE));
        other.admit("tablet", key(2), List.of(THREE));
        other.admit("phone", key(1), List.of(TWO));
        assertThat(one.digest()).isEqualTo(other.digest());
        other.admit("phone", key(1), List.of(TWO, THREE));
        assertThat(one.digest()).as("another address").isNotEqualTo(other.digest());
    }

    @Test
    void whoIsRevokedIsGone() {
        String before = one.digest();
        one.admit("phone", key(1), List.of());
        assertThat(one.keys("phone")).containsExactly(key(1));
        one.revoke(key(1));
        assertThat(one.keys("phone")).isEmpty();
        assertThat(one.digest()).isEqualTo(before);
    }

    @Test
    void twoMayHaveOneNameAndOneMayGetAnother() {
        one.admit("phone", key(1), List.of(TWO));
        one.admit("phone", key(2), List.of(THREE));
        assertThat(one.keys("phone")).containsExactly(key(1), key(2));
        one.admit("tablet", key(1), List.of(TWO));
        assertThat(one.keys("phone")).containsExactly(key(2));
        assertThat(one.keys("tablet")).containsExactly(key(1));
    }
}
