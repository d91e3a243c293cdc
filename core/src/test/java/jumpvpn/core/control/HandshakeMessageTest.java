package jumpvpn.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.HandshakeMac;
import jumpvpn.core.security.NoiseIk;
import jumpvpn.core.security.Suite;
import jumpvpn.core.session.Policy;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionId;
import jumpvpn.core.transport.LinkKind;
import org.junit.jupiter.api.Test;

/** The handshake's datagrams and payloads, byte by byte as docs/protocol/wire.md says. */
class HandshakeMessageTest {
    private static final byte[] KEY = Samples.CRYPTO.entropy().bytes(32);
    private static final HandshakeMac MAC = new HandshakeMac(KEY);
    private static final HandshakeMac OTHER = new HandshakeMac(new byte[32]);
    private static final byte[] FIRST = noise(NoiseIk.FIRST_OVERHEAD + Hello.LENGTH);
    private static final byte[] SECOND = noise(NoiseIk.SECOND_OVERHEAD + Grant.LENGTH);
    private static final Grant.Session GRANT = new Grant.Session(
            new SessionId(0x0102_0304_0506_0708L, 0x1112_1314_1516_1718L),
            List.of(Prefix.parse("10.77.0.2/24"), Prefix.parse("fd77::2/64")),
            Samples.FOUR,
            1400,
            Policy.DEFAULT);

    private static byte[] noise(int length) {
        return Samples.CRYPTO.entropy().bytes(length);
    }

    @Test
    void initHasTheDocumentsLayout() {
        byte[] init = HandshakeMessage.init(Suite.CHACHA20_POLY1305, 0x2122_2324_2526_2728L, FIRST, MAC);
        assertThat(init).hasSize(640);
        ByteBuffer in = ByteBuffer.wrap(init);
        assertThat(in.getInt(0)).isEqualTo(0x0401_0200);
        assertThat(in.getLong(4)).isEqualTo(0x2122_2324_2526_2728L);
        assertThat(Arrays.copyOfRange(init, 12, 608)).isEqualTo(FIRST);
        assertThat(Arrays.copyOfRange(init, 624, 640)).as("mac2").containsOnly(0);
        HandshakeMessage.Init read = HandshakeMessage.parseInit(init, MAC);
        assertThat(read).isNotNull();
        assertThat(read.suite()).isEqualTo(Suite.CHACHA20_POLY1305);
        assertThat(read.clientWireId()).isEqualTo(0x2122_2324_2526_2728L);
        assertThat(read.noise()).isEqualTo(FIRST);
        assertThat(HandshakeMessage.parseInit(init, OTHER)).isNull();
    }

    @Test
    void responseHasTheDocumentsLayoutAndIsShorterThanInit() {
        byte[] response = HandshakeMessage.response(Suite.AES_256_GCM, 0x2122L, 0x3132L, SECOND, MAC);
        assertThat(response).hasSize(400).hasSizeLessThan(HandshakeMessage.INIT_LENGTH);
        ByteBuffer in = ByteBuffer.wrap(response);
        assertThat(in.getInt(0)).isEqualTo(0x0501_0100);
        assertThat(in.getLong(4)).isEqualTo(0x2122L);
        assertThat(in.getLong(12)).isEqualTo(0x3132L);
        assertThat(Arrays.copyOfRange(response, 20, 368)).isEqualTo(SECOND);
        assertThat(Arrays.copyOfRange(response, 384, 400)).containsOnly(0);
        HandshakeMessage.Response read = HandshakeMessage.parseResponse(response, MAC);
        assertThat(read).isNotNull();
        assertThat(read.clientWireId()).isEqualTo(0x2122L);
        assertThat(read.gatewayWireId()).isEqualTo(0x3132L);
        assertThat(read.noise()).isEqualTo(SECOND);
        assertThat(HandshakeMessage.parseResponse(response, OTHER)).isNull();
    }

    @Test
    void changedTruncatedAndRandomBytesAreNeither() {
        byte[] init = HandshakeMessage.init(Suite.AES_256_GCM, 1, FIRST, MAC);
        byte[] response = HandshakeMessage.response(Suite.AES_256_GCM, 1, 2, SECOND, MAC);
        for (byte[] whole : List.of(init, response)) {
            for (byte[] bytes : Samples.mutilated(whole, 3)) {
                if (!Arrays.equals(bytes, whole)) {
                    assertThat(HandshakeMessage.parseInit(bytes, MAC)).isNull();
                    assertThat(HandshakeMessage.parseResponse(bytes, MAC)).isNull();
                }
            }
        }
        assertThat(HandshakeMessage.parseInit(response, MAC)).isNull();
        assertThat(HandshakeMessage.parseResponse(init, MAC)).isNull();
        byte[] otherVersion = init.clone();
        otherVersion[1] = 2;
        MAC.write(otherVersion);
        assertThat(HandshakeMessage.parseInit(otherVersion, MAC)).isNull();
        byte[] otherSuite = init.clone();
        otherSuite[2] = 9;
        MAC.write(otherSuite);
        assertThat(HandshakeMessage.parseInit(otherSuite, MAC)).isNull();
    }

    @Test
    void helloSurvivesTheWireAndHasTheDocumentsLayout() {
        Hello hello = new Hello(Protocol.QUIC, LinkKind.WIFI, Samples.SIX);
        byte[] payload = hello.encode();
        assertThat(payload).hasSize(500);
        assertThat(Hello.decode(payload)).isEqualTo(hello);
        ByteBuffer in = ByteBuffer.wrap(payload);
        assertThat(in.getInt(0)).as("features").isZero();
        assertThat(in.get(4)).isEqualTo((byte) 2);
        assertThat(in.get(5)).isEqualTo((byte) 2);
        assertThat(in.get(6)).isEqualTo((byte) 6);
        assertThat(in.getShort(23) & 0xffff).isEqualTo(50_000);
        assertThat(Arrays.copyOfRange(payload, 25, 500)).containsOnly(0);
        for (byte[] bytes : Samples.mutilated(payload, 5)) {
            assertThatNoException().isThrownBy(() -> Hello.decode(bytes));
        }
    }

    @Test
    void aGrantSurvivesTheWireAndHasTheDocumentsLayout() {
        byte[] payload = GRANT.encode();
        assertThat(payload).hasSize(300);
        Grant.Session read = (Grant.Session) Grant.decode(payload);
        assertThat(read).usingRecursiveComparison().isEqualTo(GRANT);
        ByteBuffer in = ByteBuffer.wrap(payload);
        assertThat(in.getShort(0)).isZero();
        assertThat(in.getLong(2)).isEqualTo(0x0102_0304_0506_0708L);
        assertThat(in.getInt(18)).isEqualTo(0x0a4d_0002);
        assertThat(in.get(22)).isEqualTo((byte) 24);
        assertThat(Arrays.copyOfRange(payload, 23, 39))
                .isEqualTo(IpAddress.parse("fd77::2").bytes());
        assertThat(in.get(39)).isEqualTo((byte) 64);
        assertThat(in.get(40)).isEqualTo((byte) 4);
        assertThat(in.getShort(57)).as("observed port").isEqualTo((short) 4500);
        assertThat(in.getShort(59)).as("mtu").isEqualTo((short) 1400);
        assertThat(in.getLong(61)).as("first policy value").isEqualTo(24 * 3_600_000_000_000L);
        assertThat(Arrays.copyOfRange(payload, 61 + Policy.WIRE_LENGTH, 300)).containsOnly(0);
    }

    @Test
    void aClientMayHaveOneFamilyOnly() {
        for (String inner : List.of("10.77.0.2/24", "fd77::2/64")) {
            Grant.Session one =
                    new Grant.Session(GRANT.id(), List.of(Prefix.parse(inner)), Samples.SIX, 9000, Policy.DEFAULT);
            assertThat(Grant.decode(one.encode())).usingRecursiveComparison().isEqualTo(one);
        }
    }

    @Test
    void aRefusalNamesItsReason() {
        byte[] payload = new Grant.Refused(ReasonCode.UNKNOWN_CLIENT).encode();
        assertThat(ByteBuffer.wrap(payload).getShort(0)).isEqualTo((short) 78);
        assertThat(Grant.decode(payload)).isEqualTo(new Grant.Refused(ReasonCode.UNKNOWN_CLIENT));
        payload[1] = 127;
        assertThat(Grant.decode(payload)).isNull();
    }

    @Test
    void anyPayloadIsReadOrNull() {
        for (byte[] bytes : Samples.mutilated(GRANT.encode(), 7)) {
            assertThatNoException().isThrownBy(() -> Grant.decode(bytes));
        }
    }
}
