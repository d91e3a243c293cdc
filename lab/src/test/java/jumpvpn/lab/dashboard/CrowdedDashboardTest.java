package jumpvpn.lab.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.observability.Event.Detail;
import jumpvpn.core.observability.EventType;
import jumpvpn.core.session.ReasonCode;
import jumpvpn.core.session.SessionState;
import jumpvpn.node.dashboard.Dashboard;
import jumpvpn.node.runtime.Log;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand simulated sessions behind the real page, in a real browser. */
@Tag("network")
class CrowdedDashboardTest {
    private static final int SESSIONS = 10_000;
    private static final int PROBES = 20;
    private static final String FIRST_ROWS =
            "() => document.querySelectorAll('.rows .row').length > 5 ? performance.now() : null";
    private static final String WATCH = """
            id => new Promise(resolve => {
              const look = () => {
                if (document.querySelector(`[data-id="${id}"][data-state="RECOVERING"]`)) resolve(Date.now());
                else requestAnimationFrame(look);
              };
              look();
            })
            """;

    @TempDir
    Path folder;

    private final SimulatedNode node = new SimulatedNode(SESSIONS);
    private final ScheduledExecutorService churn = Executors.newSingleThreadScheduledExecutor();
    private Chromium chromium;
    private Dashboard dashboard;
    private String base;
    private String link;

    @BeforeEach
    void serve() throws Exception {
        chromium = Chromium.open(List.of(), folder);
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        int port = freePort();
        base = "http://127.0.0.1:" + port + "/";
        jumpvpn.node.config.Dashboard config = new jumpvpn.node.config.Dashboard(
                new Endpoint(IpAddress.parse("127.0.0.1"), port), null, true, folder.resolve("history"), 16, 1);
        dashboard = Dashboard.open(
                config,
                folder.resolve("gateway.toml"),
                node,
                new Log(new PrintStream(log, true, StandardCharsets.UTF_8), InstantSource.system()));
        Matcher found = Pattern.compile("#(\\S+)").matcher(log.toString(StandardCharsets.UTF_8));
        assertThat(found.find()).as(log.toString(StandardCharsets.UTF_8)).isTrue();
        link = found.group(1);
    }

    @AfterEach
    void end() {
        churn.shutdownNow();
        if (dashboard != null) {
            dashboard.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void tenThousandSessionsAreInteractiveAtOnceAndNeverASecondBehind() throws Exception {
        Page page = chromium.page(1440, 900, ColorScheme.DARK);
        page.navigate(base + "#" + link);
        page.waitForFunction("() => document.querySelectorAll('.rows .row').length > 5");
        story();
        page.reload();
        double ready = ((Number) page.waitForFunction(FIRST_ROWS).jsonValue()).doubleValue();
        assertThat(ready).as("milliseconds to the first rows").isLessThan(2000);
        assertThat(page.textContent(".tile b")).contains("10,000");

        churn.scheduleAtFixedRate(this::shake, 0, 20, TimeUnit.MILLISECONDS);
        page.fill("input[type=search]", String.valueOf(node.session(77).sessionId()));
        page.waitForFunction("() => document.querySelectorAll('.rows .row').length === 1");
        long worst = 0;
        for (int i = 0; i < PROBES; i++) {
            String id = String.valueOf(node.session(77).sessionId());
            page.waitForFunction("id => document.querySelector(`[data-id=\"${id}\"][data-state=\"ATTACHED\"]`)", id);
            long at = System.currentTimeMillis();
            churn.execute(() ->
                    node.becomes(77, SessionState.RECOVERING, ReasonCode.PEER_REPORTED, System.currentTimeMillis()));
            worst = Math.max(worst, ((Number) page.evaluate(WATCH, id)).longValue() - at);
            node.becomes(77, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT, System.currentTimeMillis());
        }
        System.out.println(
                "dashboard of 10,000: ready in " + Math.round(ready) + " ms, at most " + worst + " ms behind");
        assertThat(worst).as("milliseconds behind").isLessThan(1000);

        page.fill("input[type=search]", "");
        page.waitForFunction("() => document.querySelector('.quiet[role=status]').textContent.startsWith('10,000')");
        page.evaluate("() => { document.querySelector('.scroller').scrollTop = 44 * 9900; }");
        page.waitForFunction(
                "() => { const rows = [...document.querySelectorAll('.rows .row')]; return rows.some(row => Number(row.getAttribute('aria-rowindex')) > 9900); }");
        assertThat(chromium.errors).isEmpty();
    }

    @Test
    void everyViewIsSoundAndPictured() throws Exception {
        story();
        Page page = chromium.page(1440, 900, ColorScheme.DARK);
        page.navigate(base + "#" + link);
        page.waitForFunction("() => document.querySelectorAll('.rows .row').length > 5");
        page.waitForTimeout(2500); // figures of two looks: rates
        sound(page, "sessions-dark");
        page.click("[data-tile=trouble]");
        page.waitForFunction(
                "() => [...document.querySelectorAll('.rows .row')].every(row => row.dataset.state !== 'ATTACHED')");
        page.keyboard().press("Escape");
        page.evaluate(
                "id => { location.hash = `#/session/${id}`; }",
                String.valueOf(node.session(3).sessionId()));
        page.waitForSelector(".switch .gates");
        page.waitForTimeout(1500);
        sound(page, "session-dark");
        page.keyboard().press("t");
        sound(page, "session-light");
        page.keyboard().press("g");
        page.keyboard().press("x");
        page.waitForSelector(".incident");
        sound(page, "security-light");
        page.keyboard().press("g");
        page.keyboard().press("c");
        page.waitForSelector(".member");
        sound(page, "cluster-light");
        page.keyboard().press("g");
        page.keyboard().press("s");
        page.waitForSelector(".rows .row");
        sound(page, "sessions-light");
        page.keyboard().press("t");
        page.keyboard().press("?");
        sound(page, "keys-dark");
        page.keyboard().press("Escape");
        page.setViewportSize(390, 844);
        page.waitForTimeout(500);
        sound(page, "sessions-phone");
        page.evaluate(
                "id => { location.hash = `#/session/${id}`; }",
                String.valueOf(node.session(3).sessionId()));
        page.waitForSelector(".switch .gates");
        sound(page, "session-phone");
        assertThat(chromium.errors).isEmpty();
    }

    @Test
    void aSessionIsEndedOnlyAfterTheQuestion() {
        Page page = chromium.page(1200, 800, ColorScheme.LIGHT);
        String id = String.valueOf(node.session(5).sessionId());
        page.navigate(base + "#" + link);
        page.waitForSelector(".rows .row");
        page.evaluate("id => { location.hash = `#/session/${id}`; }", id);
        page.click("button.danger");
        page.waitForSelector("dialog[open]");
        assertThat(node.asked).noneMatch(request -> request instanceof jumpvpn.node.runtime.Request.Terminate);
        page.click("dialog button.danger");
        page.waitForSelector(
                "dialog[open]",
                new Page.WaitForSelectorOptions()
                        .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
        assertThat(node.asked).contains(new jumpvpn.node.runtime.Request.Terminate(id));
        assertThat(chromium.errors).isEmpty();
    }

    private void sound(Page page, String name) throws IOException {
        Chromium.picture(page, name);
        assertThat(Chromium.serious(page)).as(name).isEmpty();
    }

    /** Five jumps a hundred milliseconds, somewhere. */
    private void shake() {
        node.jump(100 + (int) (Math.random() * 5000), ReasonCode.PEER_REPORTED, System.currentTimeMillis(), 30);
    }

    /** Twelve minutes of an ordinary morning. */
    private void story() {
        long now = System.currentTimeMillis();
        for (int hour = 160; hour >= 0; hour -= 1 + hour % 7) {
            node.say(
                    EventType.SECURITY,
                    ReasonCode.BAD_PROOF,
                    -1,
                    null,
                    null,
                    now - hour * 3_600_000L,
                    new Detail("count", (long) (1 + hour * 13 % 17)));
        }
        for (int i = 6; i < 60; i++) {
            node.jump(
                    i,
                    i % 3 == 0 ? ReasonCode.BETTER_PATH : ReasonCode.PEER_REPORTED,
                    now - 12 * 60_000L + i * 9000L,
                    40 + i);
        }
        node.becomes(3, SessionState.VOLATILE, ReasonCode.LATENCY_SPIKE, now - 600_000);
        node.becomes(3, SessionState.ATTACHED, ReasonCode.HEALTH_RECOVERED, now - 560_000);
        node.jump(3, ReasonCode.BETTER_PATH, now - 480_000, 62);
        node.becomes(3, SessionState.VOLATILE, ReasonCode.LOSS_SPIKE, now - 330_000);
        node.becomes(3, SessionState.DEGRADED, ReasonCode.VOLATILE_PERSISTED, now - 326_000);
        node.becomes(
                3,
                SessionState.RECOVERING,
                ReasonCode.PEER_REPORTED,
                now - 240_000,
                new Detail("detail", "NO_DELIVERY_WINDOW"));
        node.refuse(3, ReasonCode.SWITCH_RATE_LIMITED, List.of("D", "A", "B", "C", "E"), now - 239_500);
        node.say(
                EventType.REATTACH_REQUEST_RECEIVED,
                ReasonCode.PEER_REPORTED,
                3,
                null,
                null,
                now - 215_000,
                new Detail("gates", List.of("D", "A", "B", "C", "E", "F")));
        node.becomes(3, SessionState.ATTACHED, ReasonCode.REATTACH_ACCEPT, now - 215_000);
        node.refuse(3, ReasonCode.COOLDOWN_ACTIVE, List.of("D", "A", "B", "C", "E"), now - 120_000);
        node.say(EventType.TRANSPORT_SWITCH, ReasonCode.NAT_REBIND, 3, null, null, now - 60_000);
        node.becomes(0, SessionState.VOLATILE, ReasonCode.JITTER_SPIKE, now - 9000);
        node.becomes(1, SessionState.RECOVERING, ReasonCode.PEER_REPORTED, now - 4000);
        node.becomes(2, SessionState.DEGRADED, ReasonCode.VOLATILE_PERSISTED, now - 20_000);
        node.becomes(4, SessionState.RECOVERING, ReasonCode.BETTER_PATH, now - 1200);
        node.say(
                EventType.SECURITY,
                ReasonCode.UNKNOWN_CLIENT,
                -1,
                null,
                null,
                now - 50_000,
                new Detail("public_key", "Fv0wqSxLkzVKGFWgTVXkOHdR5rj8vVfCYbJb2Dk0m0E="));
        node.say(
                EventType.SECURITY,
                ReasonCode.ADDRESS_UNPROVEN,
                8,
                null,
                null,
                now - 30_000,
                new Detail("address", "203.0.113.9:31337"));
    }
}
