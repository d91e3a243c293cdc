package jumpvpn.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MainTest {
    @Test
    void helpTeaches() {
        Run help = Run.of("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains("jumpvpn gateway init")
                .contains("Exit codes")
                .contains("lab");
        assertThat(Commands.ALL)
                .allSatisfy(command ->
                        assertThat(help.out()).contains("  " + command.name()).contains(command.summary()));
    }

    static Stream<String> names() {
        return Commands.ALL.stream().map(Command::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyCommandHasHelpWithAnExample(String name) {
        String[] asked = (name + " --help").split(" ");
        Run help = Run.of(asked);
        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains("Usage: jumpvpn " + name)
                .containsPattern("(?m)^  .*jumpvpn " + name.split(" ")[0]);
        assertThat(help.err()).isEmpty();
        assertThat(Run.of(("help " + name).split(" ")).out()).isEqualTo(help.out());
        assertThat(help.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThan(132));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            conect            | there is no command "conect"; did you mean "connect"?
            frobnicate        | there is no command "frobnicate"
            client            | there is no command "client"; did you mean "client add"?
            help nothing      | there is no command "nothing"
            connect           | connect needs --config FILE
            connect --config  | --config needs a value: --config FILE
            connect --confg x | connect has no option --confg; did you mean --config?
            genkey now        | genkey can't use "now"
            client add        | client add needs NAME
            client add a/b    | "a/b" can't be a name
            gateway init --port 99999 | --port "99999" is no port
            gateway init --name .. | --name ".." can't be a name
            status --json=yes | --json takes no value
            terminate         | terminate needs SESSION
            """)
    void wrongUsageSaysWhatAndWhereToLook(String words, String message) {
        Run run = Run.of(words.split(" "));
        assertThat(run.code()).isEqualTo(Main.USAGE);
        assertThat(run.err())
                .startsWith("jumpvpn: " + message)
                .contains("See: jumpvpn ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void withoutWordsTheHelpGoesToStderr() {
        Run run = Run.of();
        assertThat(run.code()).isEqualTo(Main.USAGE);
        assertThat(run.err()).contains("Usage: jumpvpn");
    }

    @Test
    void aWrongFileIsUsageAndNamesItsLine(@TempDir Path folder) {
        Path none = folder.resolve("none.toml");
        for (String command : List.of("connect", "gateway", "check")) {
            Run run = Run.of(command, "--config", none.toString());
            assertThat(run.code()).isEqualTo(Main.USAGE);
            assertThat(run.err()).startsWith(none + ":1: does not exist; ");
        }
    }

    @Test
    void theLabBelongsToTheLauncher() {
        Run run = Run.of("lab");
        assertThat(run.code()).isEqualTo(Main.FAILED);
        assertThat(run.err()).contains("./jumpvpn lab");
    }

    /** RFC 7748 section 6.1. */
    @Test
    void pubkeyIsX25519() {
        String secret = base64("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        assertThat(Run.reading(secret + "\n", "pubkey"))
                .isEqualTo(new Run(
                        0, base64("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a") + "\n", ""));
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    @Test
    void aNewKeyIsClampedAndNeverTheSame() {
        String first = Run.of("genkey").out().strip();
        byte[] key = Base64.getDecoder().decode(first);
        assertThat(key).hasSize(32);
        assertThat(key[0] & 7).isZero();
        assertThat(key[31] & 0xc0).isEqualTo(0x40);
        assertThat(Run.of("genkey").out().strip()).isNotEqualTo(first);
        assertThat(Run.reading(first + "\n", "pubkey").out().strip())
                .hasSize(44)
                .isNotEqualTo(first);
    }

    @Test
    void pubkeyRefusesWhatIsNoKey() {
        for (String text : List.of("", "hello", "A".repeat(43), "A".repeat(100_000))) {
            Run run = Run.reading(text, "pubkey");
            assertThat(run.code()).isEqualTo(Main.FAILED);
            assertThat(run.err())
                    .isEqualTo(
                            "jumpvpn: stdin holds no private key; a key is 44 characters of base64, such as \"jumpvpn genkey\" prints\n");
        }
    }

    @Test
    void theUnexpectedIsShortAndSaysWhereToLook() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream broken = new InputStream() {
            @Override
            public int read() {
                throw new IllegalStateException("boom");
            }
        };
        int code = Main.run(
                new String[] {"pubkey"}, broken, new PrintStream(new ByteArrayOutputStream()), new PrintStream(err));
        assertThat(code).isEqualTo(Main.FAILED);
        assertThat(err.toString())
                .contains("unexpected java.lang.IllegalStateException: boom at ")
                .contains("JUMPVPN_TRACE=1")
                .doesNotContain("\tat ");
    }
}
