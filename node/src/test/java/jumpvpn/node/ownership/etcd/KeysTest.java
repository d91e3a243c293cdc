package jumpvpn.node.ownership.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.ownership.Owner;
import jumpvpn.core.session.SessionId;
import org.junit.jupiter.api.Test;

class KeysTest {
    private final Keys keys = new Keys("p/");

    private static String hex(ByteString key) {
        return HexFormat.of().formatHex(key.toByteArray());
    }

    @Test
    void aKeyIsPrefixLetterAndWhatItNames() {
        assertThat(hex(keys.of(Keys.RECORD, new SessionId(1, 2))))
                .isEqualTo("702f73" + "0000000000000001" + "0000000000000002");
        assertThat(hex(keys.of(Keys.OWNER, new Owner(-1, 2))))
                .isEqualTo("702f6f" + "ffffffffffffffff" + "0000000000000002");
        assertThat(hex(keys.of(Keys.LIVE, "ab".repeat(32)))).isEqualTo("702f63" + "ab".repeat(32));
        assertThat(hex(keys.of(IpAddress.parse("10.0.0.1")))).isEqualTo("702f61" + "040a000001" + "00".repeat(12));
        assertThat(hex(keys.first(Keys.SIGN))).isEqualTo("702f6d");
        assertThat(hex(keys.after(Keys.RECORD))).isEqualTo("702f74");
    }

    @Test
    void aKeyIsReadAsItWasMade() {
        ByteString key = keys.of(Keys.OWNER, new Owner(-1, 2));
        assertThat(keys.kind(key)).isEqualTo(Keys.OWNER);
        assertThat(Keys.owner(keys.rest(key))).isEqualTo(new Owner(-1, 2));
        assertThat(keys.kind(key.substring(0, 10))).as("too short").isEqualTo((char) 0);
        assertThat(keys.kind(keys.first(Keys.OWNER))).isEqualTo((char) 0);
        assertThat(keys.kind(ByteString.EMPTY)).isEqualTo((char) 0);
        assertThat(keys.kind(keys.of(Keys.CLIENT, "ab".repeat(32)))).isEqualTo(Keys.CLIENT);
    }
}
