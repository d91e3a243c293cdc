package jumpvpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jumpvpn.core.data.DropCounters;
import jumpvpn.core.gateway.Gateway;
import jumpvpn.core.net.IpAddress;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.GatewayConfig;
import jumpvpn.node.config.PeerKey;
import jumpvpn.node.host.WallClock;
import jumpvpn.node.security.CryptoChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway without a store answers; with one: {@link SharedStoreTest}. */
class GatewayAnswersTest {
    private static final String STICKY = """
            [ownership]
            mode = "sticky"
            [[member]]
            name = "gw2"
            number = 2
            [[member]]
            name = "gw1"
            number = 1
            """;

    @TempDir
    private Path folder;

    private GatewayAnswers answers(String more) throws IOException, ConfigException {
        GatewayConfig config = GatewayFiles.load(folder, more);
        Gateway gateway = Engines.start(config);
        return new GatewayAnswers(new GatewayAnswers.Told(
                config,
                new AdmittedClients(config),
                gateway,
                null,
                null,
                new Sockets(1),
                new CryptoChoice.Names("a", "b", "c"),
                new DropCounters(),
                new WallClock()));
    }

    private static ClusterStatus cluster(GatewayAnswers answers) {
        return ((Reply.Cluster) answers.answer(1, new Request.Cluster())).cluster();
    }

    private static String refusal(Reply reply) {
        return ((Reply.Refused) reply).reason();
    }

    private static Request.Admit admit(String name, int last, String address) {
        byte[] key = new byte[32];
        key[31] = (byte) last;
        return new Request.Admit(name, new PeerKey(key), List.of(IpAddress.parse(address)));
    }

    @Test
    void whoIsAloneIsTheOnlyOne() throws Exception {
        ClusterStatus status = cluster(answers(""));
        assertThat(status.mode()).isEqualTo("embedded");
        assertThat(status.members()).containsExactly(new ClusterStatus.Row("gw1", 0, true, false, 0, 0));
        assertThat(status.leaseLeftNanos()).isNull();
        assertThat(status.store()).isNull();
        assertThat(status.clients()).isOne();
    }

    @Test
    void ofTheOthersOfASetNobodyTellsHowTheyAre() throws Exception {
        assertThat(cluster(answers(STICKY)).members())
                .containsExactly(
                        new ClusterStatus.Row("gw1", 1, true, false, 0, 0),
                        new ClusterStatus.Row("gw2", 2, null, false, -1, -1));
    }

    @Test
    void nobodyElseMayTakeWhatIsHere() throws Exception {
        GatewayAnswers answers = answers(STICKY);
        assertThat(refusal(answers.answer(1, new Request.Drain()))).isEqualTo("NO_OTHER_GATEWAY");
        assertThat(cluster(answers).draining()).isFalse();
    }

    @Test
    void theListShowsWhoWasAdmittedAndRevoked() throws Exception {
        GatewayAnswers answers = answers("");
        String before = cluster(answers).clientsDigest();
        assertThat(answers.answer(1, admit("phone", 1, "10.77.0.9"))).isInstanceOf(Reply.Done.class);
        assertThat(cluster(answers).clients()).isEqualTo(2);
        assertThat(cluster(answers).clientsDigest()).isNotEqualTo(before);
        assertThat(answers.answer(2, new Request.Revoke("phone", null))).isInstanceOf(Reply.Done.class);
        assertThat(cluster(answers).clientsDigest()).isEqualTo(before);
        assertThat(answers.answer(3, new Request.Revoke(GatewayFiles.CLIENT, null)))
                .isInstanceOf(Reply.Done.class);
        assertThat(cluster(answers).clients()).isZero();
    }

    @Test
    void whatIsRefusedChangesNothing() throws Exception {
        GatewayAnswers answers = answers("");
        answers.answer(1, admit("phone", 1, "10.77.0.9"));
        String before = cluster(answers).clientsDigest();
        assertThat(refusal(answers.answer(1, admit("tablet", 2, "10.77.0.9")))).isEqualTo("CLIENT_REFUSED");
        assertThat(refusal(answers.answer(1, new Request.Revoke("nobody", null))))
                .isEqualTo("CLIENT_NOT_FOUND");
        assertThat(refusal(answers.answer(1, new Request.Terminate("nobody")))).isEqualTo("SESSION_NOT_FOUND");
        assertThat(refusal(answers.answer(1, new Request.Jump(null)))).isEqualTo("ILLEGAL_TRANSITION");
        assertThat(cluster(answers).clientsDigest()).isEqualTo(before);
    }
}
