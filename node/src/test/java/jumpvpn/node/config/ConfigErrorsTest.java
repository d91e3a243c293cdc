package jumpvpn.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row breaks one line of a working file and says where and how that must be reported. */
class ConfigErrorsTest {
    private static final String KEY = "YAnlLDHkOeHXVm3zXMZGqvqYqPSEq1Gm9gvuFOYDJVE=";
    private static final String OTHER = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";

    private static final List<String> GATEWAY = List.of(
            "[gateway]",
            "name = 'gw1'",
            "private-key = 'node.key'",
            "listen = ['udp://0.0.0.0:4500']",
            "[network]",
            "interface = 'jvpn0'",
            "address = ['10.77.0.1/24', 'fd77::1/64']",
            "[[client]]",
            "name = 'laptop'",
            "public-key = '" + KEY + "'",
            "address = ['10.77.0.2', 'fd77::2']",
            "[[client]]",
            "name = 'phone'",
            "public-key = '" + OTHER + "'",
            "address = ['10.77.0.3']",
            "[policy]",
            "volatility.heartbeat-interval = '500ms'",
            "transport.allowed = ['udp', 'tcp']",
            "[packets]",
            "shards = 1",
            "[dashboard]",
            "listen = '127.0.0.1:8787'",
            "history = 'gw1.history'",
            "history-mib = 8");

    private static final List<String> CLUSTER = List.of(
            "[gateway]",
            "name = 'gw1'",
            "private-key = 'node.key'",
            "listen = ['udp://0.0.0.0:4500']",
            "[network]",
            "interface = 'jvpn0'",
            "address = ['10.77.0.1/24']",
            "[ownership]",
            "mode = 'etcd'",
            "endpoints = ['http://10.0.0.1:2379', 'http://10.0.0.2:2379/', 'http://etcd.example.org']",
            "lease = '3s'",
            "prefix = 'jumpvpn/'",
            "[cluster]",
            "inside = 'lan0'",
            "[[member]]",
            "name = 'gw1'",
            "number = 1",
            "endpoints = ['udp://198.51.100.1:4500', 'tcp://198.51.100.1:443']",
            "[[member]]",
            "name = 'gw2'",
            "number = 2",
            "endpoints = ['udp://198.51.100.2:4500']",
            "inside = '10.88.0.12'");

    private static final List<String> CLIENT = List.of(
            "[client]",
            "name = 'laptop'",
            "private-key = 'node.key'",
            "[network]",
            "interface = 'jvpn0'",
            "routes = ['10.88.0.0/24', 'fd88::/64']",
            "[[gateway]]",
            "name = 'gw1'",
            "public-key = '" + OTHER + "'",
            "endpoints = ['udp://198.51.100.1:4500', 'udp://[2001:db8::1]:4500', 'udp://vpn.example.org:4500']",
            "[[gateway]]",
            "name = 'gw2'",
            "public-key = '" + OTHER + "'",
            "endpoints = ['udp://198.51.100.2:4500']");

    @TempDir
    Path folder;

    @BeforeEach
    void key() throws IOException {
        Files.writeString(folder.resolve("node.key"), KEY + "\n");
        mode("node.key", "rw-------");
    }

    private void mode(String file, String mode) throws IOException {
        Files.setPosixFilePermissions(folder.resolve(file), PosixFilePermissions.fromString(mode));
    }

    @Test
    void theUnbrokenFilesAreFine() throws Exception {
        assertThat(NodeConfig.load(write(GATEWAY, 1, GATEWAY.getFirst())).warnings())
                .isEmpty();
        assertThat(NodeConfig.load(write(CLUSTER, 1, CLUSTER.getFirst())).warnings())
                .isEmpty();
        assertThat(NodeConfig.load(write(CLIENT, 1, CLIENT.getFirst())).warnings())
                .isEmpty();
    }

    @ParameterizedTest(name = "{1} -> {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            1 | [gatway]                          | 1 | there is no section or key "gatway"                        | did you mean "gateway"?
            1 | [servers]                         | 1 | there is no section or key "servers"                       | a gateway's file has [gateway], [network]
            2 | # no name                         | 1 | [gateway] lacks "name"                                     | add name = "gw1"
            2 | name = gw1                        | 2 | Unexpected 'g', expected a value                           | TOML wants
            2 | name = 5                          | 2 | "name" must be a text in quotes                            | write name = "gw1"
            2 | name = '../x'                     | 2 | "../x" can't be a name                                     | use 1 to 63 letters
            3 | private_key = 'node.key'          | 3 | [gateway] has no key "private_key"                         | did you mean "private-key"?
            3 | private-key = 'none.key'          | 3 | none.key does not exist                                    | jumpvpn genkey >
            3 | private-key = '.'                 | 3 | is no regular file                                         | name the file
            3 | private-key = 'gateway.toml'      | 3 | can be used by others                                      | chmod 600
            3 | private-key = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' | 3 | "private-key" holds a key | put it into a file
            2 | name = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' | 2 | "[a key]" can't be a name        | use 1 to 63 letters
            3 | private-key = ''                  | 3 | "private-key" names no file                                | write a path
            3 | crypto = 'openssl'                | 3 | there is no crypto "openssl"                               | choose one of auto, ipsec-mb, libcrypto, jdk
            4 | listen = 'udp://0.0.0.0:4500'     | 4 | "listen" must be a list of texts                           | write listen = ["udp://0.0.0.0:4500"]
            4 | listen = []                       | 4 | "listen" is empty                                          | write listen =
            4 | listen = ['0.0.0.0:4500']         | 4 | "0.0.0.0:4500" is no endpoint                              | "udp://0.0.0.0:4500"
            4 | listen = ['udp://0.0.0.0']        | 4 | "udp://0.0.0.0" is no endpoint                             | "udp://0.0.0.0:4500"
            4 | listen = ['udp://0.0.0.0:70000']  | 4 | port 70000                                                 | 1 to 65535
            4 | listen = ['udp://0.0.0.0:0']      | 4 | port 0                                                     | 1 to 65535
            4 | listen = ['upd://0.0.0.0:4500']   | 4 | "upd" in                                                   | did you mean "udp"?
            4 | listen = ['udp://example.org:4500'] | 4 | listens on a name                                        | write an address of this machine
            4 | listen = ['udp://1.2.3.400:4500'] | 4 | "1.2.3.400" in                                             | write scheme://host:port
            4 | listen = ['udp://[1::2::3]:4500'] | 4 | is no IPv6 address                                         | in brackets
            4 | listen = ['udp://0.0.0.0:4500', 'UDP://0.0.0.0:4500'] | 4 | is listed twice                        | remove one
            5 | [netwrok]                         | 5 | there is no section or key "netwrok"                       | did you mean "network"?
            6 | interface = 'far-too-long-a-name' | 6 | can't be an interface's name                               | at most 15
            6 | interface = 'a b'                 | 6 | can't be an interface's name                               | at most 15
            6 | interface = 'a'                   | 0 |                                                            |
            6 | masquerade = 1                    | 6 | "masquerade" must be true or false                         | write masquerade = false
            6 | listen = ['udp://0.0.0.0:1']      | 6 | [network] has no key "listen"                              | it belongs in [gateway]
            7 | address = ['10.77.0.1']           | 7 | "10.77.0.1" is no address with prefix length               | write
            7 | address = ['10.77.0.0/24']        | 7 | network's own or broadcast address                         | 10.77.0.1/24
            7 | address = ['10.77.0.1/32']        | 7 | no sensible room                                           | /8 to /30
            7 | address = ['10.77.0.1/24', '10.78.0.1/24'] | 7 | second prefix of its family                       | keep one
            8 | [client]                          | 12 | client is not an array                                    | TOML wants
            9 | name = 'phone'                    | 13 | client "phone" is already in line 8                       | a name of its own
            10 | public-key = 'abc'               | 10 | the public key is none                                    | 44 characters
            10 | public-key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=' | 14 | already client "laptop" in line 8 | jumpvpn genkey
            11 | address = ['10.78.0.2']          | 11 | 10.78.0.2 is outside of the network                       | 10.77.0.1/24 or fd77::1/64
            11 | address = ['10.77.0.1']          | 11 | the gateway's own address                                 | choose another
            11 | address = ['10.77.0.255']        | 11 | broadcast                                                 | choose another
            11 | address = ['10.77.0.2/32']       | 11 | "10.77.0.2/32" is no IP address                           | "10.77.0.2"
            11 | address = ['10.77.0.2', '10.77.0.9'] | 11 | second address of its family                          | at most one
            11 | address = ['10.77.0.3']          | 15 | already belongs to client "laptop" in line 8              | choose another
            17 | volatility.hartbeat-interval = '1s' | 17 | [policy] has no key "volatility.hartbeat-interval"     | did you mean "volatility.heartbeat-interval"?
            17 | heartbeat-interval = '1s'        | 17 | [policy] has no key "heartbeat-interval"                  | did you mean "volatility.heartbeat-interval"?
            17 | 'volatility.hold' = '1s'         | 17 | in quotes                                                 | leave them out: volatility.hold
            17 | volatility.hold = 5              | 17 | volatility.hold must be a duration in quotes              | write volatility.hold = "2s"
            17 | volatility.heartbeat-interval = '10ms' | 17 | volatility.heartbeat-interval is outside            | from "50ms" to "30s"
            17 | session.max-lifetime = '31d'     | 17 | session.max-lifetime is outside                           | from "1min" to "30d"
            17 | session.max-lifetime = '999999999d' | 17 | session.max-lifetime is outside                        | from "1min" to "30d"
            17 | volatility.loss-threshold = 1.5  | 17 | volatility.loss-threshold is outside                      | from 0.001 to 1.0
            17 | volatility.loss-threshold = nan  | 17 | must be a number                                          | from 0.001
            17 | volatility.heartbeat-missed = 1.5 | 17 | must be a whole number                                   | from 1 to 20
            18 | transport.allowed = ['upd']      | 18 | must be a list of protocols                               | "udp"
            18 | transport.allowed = []           | 18 | must name at least one                                    | "udp"
            18 | transport.allowed = ['udp', 'udp'] | 18 | each once                                               | "udp"
            19 | [[export]]                       | 20 | [[export]] has no key "shards"                            | it belongs in [packets]
            19 | [metrics]                        | 19 | [metrics] lacks "listen"                                  | add listen = "http://127.0.0.1:9464/metrics"
            19 | [[packets]]                      | 19 | packets must be one section                               | write [packets]
            20 | shards = 17                      | 20 | "shards" is outside what is allowed                       | from 1 to 16
            20 | shards = '2'                     | 20 | "shards" must be a whole number                           | write shards = 2
            20 | tun = 'udp'                      | 20 | "tun" can't be "udp"                                      | choose one of all, tcp, none
            20 | udp = 'gso'                      | 20 | "udp" can't be "gso"                                      | choose one of all, batches, nio
            20 | dscp = '64'                      | 20 | "dscp" can't be "64"                                      | "hide", "copy" or a code point
            22 | listen = '0.0.0.0:8787'          | 22 | the dashboard can't listen on 0.0.0.0                     | write "127.0.0.1:8787"
            22 | listen = '[2001:db8::1]:99'      | 22 | the dashboard can't listen on 2001:db8::1                 | ssh -L 99
            22 | listen = 'localhost:8787'        | 22 | "localhost:8787" is no address with a port                | write "127.0.0.1:8787"
            22 | listen = '127.0.0.1:0'           | 22 | "127.0.0.1:0" is no address with a port                   | write "127.0.0.1:8787"
            22 | listen = '127.0.0.1'             | 22 | "127.0.0.1" is no address with a port                     | write "127.0.0.1:8787"
            23 | token = 'x'                      | 21 | [dashboard] lacks "history"                               | add history = "gw1.history"
            23 | history = ''                     | 23 | "history" names no file                                   | write a path
            24 | history-mib = 0                  | 24 | "history-mib" is outside what is allowed                  | from 1 to 65536
            24 | actions = 'yes'                  | 24 | "actions" must be true or false                           | write actions = false
            """)
    void gateway(int line, String text, int at, String what, String suggestion) throws IOException {
        check(GATEWAY, line, text, at, what, suggestion);
    }

    @ParameterizedTest(name = "{1} -> {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            7  | address = ['10.77.0.1/24']\\nmasquerade = true | 8 | does not go with [cluster] inside = "lan0"     | keep one
            8  | [ownerships]                     | 8  | there is no section or key "ownerships"                   | did you mean "ownership"?
            9  | # no mode                        | 8  | [ownership] lacks "mode"                                  | add mode = "etcd"
            9  | mode = 'redis'                   | 9  | "mode" can't be "redis"                                   | choose one of embedded, sticky, etcd
            9  | mode = 1                         | 9  | "mode" must be a text in quotes                           | write mode = "etcd"
            10 | # no endpoints                   | 8  | mode "etcd" needs "endpoints"                             | those of all members of the store
            10 | endpoints = []                   | 10 | mode "etcd" needs "endpoints"                             | those of all members of the store
            10 | endpoints = 'http://10.0.0.1:2379' | 10 | "endpoints" must be a list of texts                     | write endpoints = [
            10 | endpoints = ['10.0.0.1:2379']    | 10 | "10.0.0.1:2379" is no endpoint of etcd                    | "http://10.0.0.1:2379"
            10 | endpoints = ['tcp://10.0.0.1:2379'] | 10 | is no endpoint of etcd                                 | write http://host:port
            10 | endpoints = ['http://10.0.0.1:99999'] | 10 | is no endpoint of etcd                               | write http://host:port
            10 | endpoints = ['http://me@10.0.0.1:2379'] | 10 | is no endpoint of etcd                             | write http://host:port
            10 | endpoints = ['http://10.0.0.1:2379/v3'] | 10 | is no endpoint of etcd                             | write http://host:port
            10 | endpoints = ['http://a:2379', 'HTTP://a'] | 10 | is listed twice                                  | remove one
            10 | endpoints = ['https://a:2379']   | 10 | https needs "ca"                                          | add ca =
            10 | endpoints = ['http://a:2379', 'https://b:2379'] | 10 | some "endpoints" are http, some https      | the same for all
            11 | lease = '1s'                     | 11 | "lease" can't be "1s"                                     | from "2s" to "60s"
            11 | lease = '2min'                   | 11 | "lease" can't be "2min"                                   | from "2s" to "60s"
            11 | lease = 'soon'                   | 11 | "lease" can't be "soon"                                   | from "2s" to "60s"
            11 | lease = 3                        | 11 | "lease" must be a text in quotes                          | write lease = "3s"
            11 | lease = '60s'                    | 0  |                                                           |
            12 | prefix = ''                      | 12 | "prefix" can't be ""                                      | such as "jumpvpn/"
            12 | ca = 'none.pem'                  | 12 | none.pem does not exist                                   | name a PEM file
            12 | ca = 'gateway.toml'              | 12 | "ca" is for https                                         | write https://
            12 | key = 'gateway.toml'             | 12 | "key" is alone                                            | add "certificate"
            12 | user = 'gw1'                     | 12 | "user" is alone                                           | add "password"
            12 | password = 'gateway.toml'        | 12 | password                                                  | chmod 600
            12 | password = 'none'                | 12 | does not exist                                            | write it there
            13 | [clusters]                       | 13 | there is no section or key "clusters"                     | did you mean "cluster"?
            14 | secret = 'none.key'              | 14 | secret key                                                | jumpvpn genkey >
            14 | inside = 'a b'                   | 14 | can't be an interface's name                              | at most 15
            14 | on-own = 'none'                  | 14 | none does not exist                                       | name a program
            14 | on-release = 'gateway.toml'      | 14 | gateway.toml can't be run                                 | chmod +x
            14 | on-won = 'x'                     | 14 | [cluster] has no key "on-won"                             | did you mean "on-own"?
            16 | name = 'gw3'                     | 15 | no [[member]] is this gateway, "gw1"                      | add one of this name
            17 | number = 0                       | 17 | "number" is outside                                       | from 1 to 255
            17 | number = 256                     | 17 | "number" is outside                                       | from 1 to 255
            17 | # no number                      | 15 | [[member]] lacks "number"                                 | add number = 1
            18 | endpoints = ['udp://gw.example.org:4500'] | 18 | is no address that a client can go to            | write the address
            18 | endpoints = ['udp://0.0.0.0:4500'] | 18 | is no address that a client can go to                   | write the address
            19 | [member]                         | 19 | member previously defined at line 15                      | TOML wants
            20 | name = 'gw1'                     | 20 | member "gw1" is already in line 15                        | remove one
            21 | number = 1                       | 21 | number 1 is already member "gw1" in line 15               | for good
            23 | inside = 'gw2'                   | 23 | "gw2" is no IP address                                    | write one such as
            23 | gone = 'yes'                     | 23 | "gone" must be true or false                              | write gone = false
            """)
    void cluster(int line, String text, int at, String what, String suggestion) throws IOException {
        check(CLUSTER, line, text.replace("\\n", "\n"), at, what, suggestion);
    }

    @ParameterizedTest(name = "{1} -> {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            2  | nmae = 'laptop'                  | 2  | [client] has no key "nmae"                                | did you mean "name"?
            4  | [policy]                         | 4  | there is no section or key "policy"                       | [policy] is the gateway's
            6  | routes = ['10.88.0.0/33']        | 6  | is no address with prefix length                          | write
            6  | routes = ['10.88.0.0']           | 6  | is no address with prefix length                          | write "10.88.0.0/32"
            6  | routes = ['10.88.0.1/24']        | 6  | has bits behind its prefix length                         | write "10.88.0.0/24"
            6  | routes = ['10.88.0.0/24', '10.88.0.0/24'] | 6 | is listed twice                                   | remove one
            6  | routes = ['10.88.0.0/24', '10.0.0.0/8'] | 6 | overlap                                             | remove 10.88.0.0/24
            6  | routes = ['0.0.0.0/0', 'fd00::/8', 'fd88::/64'] | 6 | overlap                                     | remove fd88::/64
            8  | name = 'gw2'                     | 12 | gateway "gw2" is already in line 7                        | list its endpoints there
            9  | public-key = 5                   | 9  | "public-key" must be a text                               | jumpvpn pubkey
            10 | endpoints = ['udp://a_b:1']      | 10 | "a_b" in                                                  | scheme://host:port
            10 | endpoints = ['udp://[::ffff:1.2.3.4]:1'] | 10 | is no IPv6 address                                | in brackets
            10 | endpoint = ['udp://a:1']         | 7  | [[gateway]] lacks "endpoints"                             | add endpoints =
            """)
    void client(int line, String text, int at, String what, String suggestion) throws IOException {
        check(CLIENT, line, text, at, what, suggestion);
    }

    private void check(List<String> lines, int line, String text, int at, String what, String suggestion)
            throws IOException {
        Path file = write(lines, line, text);
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(file));
        if (at == 0) {
            assertThat(refused).isNull();
            return;
        }
        assertThat(refused).isNotNull();
        assertThat(refused.problems()).anySatisfy(problem -> {
            assertThat(problem.toString()).startsWith(file + ":" + at + ": ");
            assertThat(problem.what()).contains(what);
            assertThat(problem.suggestion()).contains(suggestion);
        });
        assertThat(refused.getMessage()).doesNotContain(KEY);
    }

    private Path write(List<String> lines, int line, String text) throws IOException {
        String[] changed = lines.toArray(String[]::new);
        changed[line - 1] = text;
        Path file = folder.resolve("gateway.toml");
        Files.writeString(file, String.join("\n", Arrays.asList(changed)) + "\n");
        mode("gateway.toml", "rw-r--r--");
        return file;
    }

    @ParameterizedTest
    @CsvSource({"rw-r--r--,0644", "rw----r--,0604", "rw--w----,0620"})
    void aKeyThatOthersMayUseIsRefused(String mode, String octal) throws IOException {
        mode("node.key", mode);
        Path file = write(GATEWAY, 1, "[gateway]");
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(file)))
                .hasMessage(file + ":3: private key " + folder.resolve("node.key") + " can be used by others (mode "
                        + octal + "); chmod 600 " + folder.resolve("node.key"));
    }

    @Test
    void aKeyFileWithoutKeyIsRefused() throws IOException {
        Files.writeString(folder.resolve("node.key"), "c2hvcnQ=\n");
        Path file = write(GATEWAY, 1, "[gateway]");
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(file)))
                .hasMessageContaining(":3: ")
                .hasMessageContaining("holds no key");
    }

    @Test
    void everythingWrongIsSaidAtOnceInTheFilesOrder() throws IOException {
        Path file = write(GATEWAY, 11, "address = ['10.78.0.2']\nmtu = 5");
        Files.writeString(file, Files.readString(file).replace("'gw1'", "'g w'"));
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(file))
                        .problems())
                .extracting(Problem::line)
                .containsExactly(2, 11, 12);
    }

    @Test
    void filesThatAreNoneAreNamed() throws IOException {
        Path none = folder.resolve("none.toml");
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(none)))
                .hasMessage(none
                        + ":1: does not exist; check the path, or write a first one with \"jumpvpn gateway init\"");
        Path binary = folder.resolve("binary");
        Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(binary)))
                .hasMessageContaining("not UTF-8");
        assertThat(catchThrowableOfType(ConfigException.class, () -> NodeConfig.load(folder)))
                .hasMessageContaining("can't be read");
    }

    @Test
    void theOtherKindOfFileIsNamedAsSuch() throws IOException {
        Path gateway = write(GATEWAY, 1, "[gateway]");
        assertThat(catchThrowableOfType(ConfigException.class, () -> ClientConfig.load(gateway)))
                .hasMessageContaining("jumpvpn gateway --config");
        Path client = write(CLIENT, 1, "[client]");
        assertThat(catchThrowableOfType(ConfigException.class, () -> GatewayConfig.load(client)))
                .hasMessageContaining("jumpvpn connect --config");
    }
}
