package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.lab.dashboard.Chromium;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of a real gateway, and of a real client, during an outage: each opened in a browser inside its node's namespace. */
@Tag("network")
class DashboardTest {
    private static final long MOST_BEHIND_MILLIS = 1000;
    /** Notes when each state was shown. */
    private static final String WATCH = """
            () => {
              window.seen = {};
              const note = () => {
                const state = document.querySelector(".headline .pill")?.textContent ?? "";
                if (state && window.last !== state) (window.seen[window.last = state] ??= []).push(Date.now());
              };
              note();
              new MutationObserver(note).observe(document.getElementById("main"), { subtree: true, childList: true, characterData: true });
            }
            """;

    private TwoHosts hosts;
    private Chromium atGateway;
    private Chromium atClient;

    @BeforeEach
    void build() throws IOException {
        hosts = TwoHosts.open();
        hosts.gatewayFile(text -> text + dashboard("gw1"));
        hosts.clientFile("client.toml", text -> text + dashboard("laptop"));
    }

    private static String dashboard(String name) {
        return """
                [dashboard]
                listen  = "127.0.0.1:8787"
                history = "%s.history"
                """.formatted(name);
    }

    private Chromium browser(Namespace where, String folder) throws IOException {
        return Chromium.open(
                List.of("nsenter", "-t", Long.toString(where.pid()), "-n", "--"),
                Files.createDirectory(hosts.workspace.file(folder)));
    }

    @AfterEach
    void remove() {
        for (Chromium browser : Arrays.asList(atGateway, atClient)) {
            if (browser != null) {
                browser.close();
            }
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    /** Cable out and in again: what each page showed when, beside the time stamps of its node's events. */
    @Test
    void bothPagesSeeAnOutageWithinASecond() throws IOException {
        hosts.startGateway(List.of());
        Process process = hosts.startClient(List.of());
        hosts.ping();
        atGateway = browser(hosts.gateway, "gateway");
        atClient = browser(hosts.client, "client");
        Page gateway = open(atGateway, process, "gw1.log");
        Page client = open(atClient, process, "laptop.log");
        hosts.client.shell("ip address del 192.0.2.3/24 dev cable0 && ip address del 192.0.2.2/24 dev cable0");
        client.waitForSelector(".headline .pill.RECOVERING");
        gateway.waitForSelector(".headline .pill.RECOVERING");
        hosts.client.shell("ip address add 192.0.2.2/24 dev cable0 && ip address add 192.0.2.3/24 dev cable0");
        sawIt(gateway, TwoHosts.GATEWAY, "live-gateway");
        sawIt(client, TwoHosts.CLIENT, "live-client");
        assertThat(atGateway.errors).isEmpty();
        assertThat(atClient.errors).isEmpty();
    }

    /** Opens the session's page in a browser beside its node, with a line of the round trip, and notes from now on what it shows. */
    private Page open(Chromium browser, Process client, String log) throws IOException {
        hosts.until(() -> hosts.log(log).contains("dashboard: open "), client, log);
        Matcher link = Pattern.compile("dashboard: open (\\S+)").matcher(hosts.log(log));
        assertThat(link.find()).isTrue();
        Page page = browser.page(1440, 900, ColorScheme.DARK);
        page.navigate(link.group(1));
        page.click(".rows .row .client");
        page.waitForSelector(".headline .pill.ATTACHED");
        page.waitForFunction("() => document.querySelectorAll('.line.rtt').length > 0");
        page.click("[data-range='60']");
        page.evaluate(WATCH);
        return page;
    }

    private void sawIt(Page page, String node, String picture) throws IOException {
        page.waitForFunction(
                "() => (window.seen['●ATTACHED'] ?? []).length > 1 && document.querySelector('.switch.done')");
        @SuppressWarnings("unchecked")
        Map<String, List<Number>> seen = (Map<String, List<Number>>) page.evaluate("() => window.seen");
        assertBehind(node, "RECOVERING", seen.get("◐RECOVERING").getFirst().longValue());
        assertBehind(node, "ATTACHED", seen.get("●ATTACHED").getLast().longValue());
        Chromium.picture(page, picture);
        assertThat(Chromium.serious(page)).isEmpty();
    }

    private void assertBehind(String node, String state, long seenMillis) {
        long behind = seenMillis
                - hosts.events(node).stream()
                        .filter(event -> event.becomes(state))
                        .toList()
                        .getLast()
                        .at()
                        .toEpochMilli();
        System.out.println(node + "'s page: " + state + " after " + behind + " ms");
        assertThat(behind).as(state).isBetween(-5L, MOST_BEHIND_MILLIS);
    }
}
