package jumpvpn.lab.netns;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.lab.dashboard.Chromium;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of a real gateway, and of a real client, during an outage: opened in a browser inside the node's namespace. */
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
    private Chromium chromium;

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

    @AfterEach
    void remove() {
        if (chromium != null) {
            chromium.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    @Test
    void theGatewaysPageSeesAnOutageWithinASecond() throws IOException {
        Page page = open(hosts.gateway, "gw1.log");
        seesAnOutage(page, TwoHosts.GATEWAY);
        Chromium.picture(page, "live-gateway");
        assertThat(Chromium.serious(page)).isEmpty();
        assertThat(chromium.errors).isEmpty();
    }

    @Test
    void theClientsPageSeesItToo() throws IOException {
        Page page = open(hosts.client, "laptop.log");
        seesAnOutage(page, TwoHosts.CLIENT);
        Chromium.picture(page, "live-client");
        assertThat(Chromium.serious(page)).isEmpty();
        assertThat(chromium.errors).isEmpty();
    }

    /** Starts both ends and opens the session's page in the namespace of one. */
    private Page open(Namespace where, String log) throws IOException {
        chromium = Chromium.open(
                List.of("nsenter", "-t", Long.toString(where.pid()), "-n", "--"), hosts.workspace.directory());
        hosts.startGateway(List.of());
        Process client = hosts.startClient(List.of());
        hosts.ping();
        hosts.until(() -> hosts.log(log).contains("dashboard: open "), client, log);
        Matcher link = Pattern.compile("dashboard: open (\\S+)").matcher(hosts.log(log));
        assertThat(link.find()).isTrue();
        Page page = chromium.page(1440, 900, ColorScheme.DARK);
        page.navigate(link.group(1));
        page.click(".rows .row .client");
        page.waitForSelector(".headline .pill.ATTACHED");
        page.waitForFunction("() => document.querySelectorAll('.line.rtt').length > 0");
        page.click("[data-range='60']");
        return page;
    }

    /** Cable out and in again: what the page showed when, beside the events' own time stamps. */
    private void seesAnOutage(Page page, String node) throws IOException {
        page.waitForTimeout(15_000); // for the picture: a line of the round trip before the outage
        page.evaluate(WATCH);
        hosts.client.shell("ip address del 192.0.2.3/24 dev cable0 && ip address del 192.0.2.2/24 dev cable0");
        if (node.equals(TwoHosts.CLIENT)) {
            page.waitForSelector(".headline .pill.RECOVERING");
        }
        page.waitForTimeout(3000);
        hosts.client.shell("ip address add 192.0.2.2/24 dev cable0 && ip address add 192.0.2.3/24 dev cable0");
        page.waitForFunction(
                "() => (window.seen['●ATTACHED'] ?? []).length > 1 && document.querySelector('.switch.done')");
        @SuppressWarnings("unchecked")
        Map<String, List<Number>> seen = (Map<String, List<Number>>) page.evaluate("() => window.seen");
        assertBehind(node, "RECOVERING", seen.get("◐RECOVERING").getFirst().longValue());
        assertBehind(node, "ATTACHED", seen.get("●ATTACHED").getLast().longValue());
        page.waitForTimeout(4000);
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
