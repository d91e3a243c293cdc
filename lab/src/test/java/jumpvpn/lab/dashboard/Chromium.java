package jumpvpn.lab.dashboard;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Debian's Chromium, headless, by Playwright: pages that remember their errors, screenshots, and what axe-core finds. */
public final class Chromium implements AutoCloseable {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path NODE = Path.of("/usr/bin/node");
    private static final int LEAST_NODE = 20;
    private static final String SERIOUS = """
            async () => {
              const found = await axe.run(document, { resultTypes: ["violations"] });
              return found.violations.filter(one => ["serious", "critical"].includes(one.impact))
                .map(one => one.id + " " + one.nodes.slice(0, 3).map(node => node.target + ": " + node.failureSummary).join("; "));
            }
            """;

    /** What every page's console and network said that was no good. */
    public final List<String> errors = new ArrayList<>();

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /**
     * Starts it; on a machine without it the test is skipped, and says so.
     *
     * @param wrapper a program that replaces itself by another, and its arguments; may be empty
     * @param folder for a script
     */
    public static Chromium open(List<String> wrapper, Path folder) throws IOException {
        String missing = Files.isExecutable(BROWSER) && hasNode()
                ? ""
                : "NOT TESTED HERE: this machine lacks chromium, or nodejs of at least " + LEAST_NODE
                        + ": as root, apt-get install what lab/packages-browser names";
        if (!missing.isEmpty()) {
            System.err.println("\n*** " + missing + "\n");
        }
        assumeTrue(missing.isEmpty(), missing);
        Path script = folder.resolve("chromium.sh");
        Files.writeString(script, "#!/bin/sh\nexec " + String.join(" ", wrapper) + " " + BROWSER + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1", "PLAYWRIGHT_NODEJS_PATH", NODE.toString())));
        try {
            return new Chromium(
                    playwright,
                    playwright
                            .chromium()
                            .launch(new BrowserType.LaunchOptions()
                                    .setExecutablePath(script)
                                    .setArgs(List.of("--no-sandbox", "--disable-background-networking"))));
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    private static boolean hasNode() throws IOException {
        if (!Files.isExecutable(NODE)) {
            return false;
        }
        Process process = new ProcessBuilder(NODE.toString(), "--version").start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return version.matches("v[0-9]+[.].*")
                && Integer.parseInt(version.substring(1, version.indexOf('.'))) >= LEAST_NODE;
    }

    /** A page in a session of its own. */
    public Page page(int width, int height, ColorScheme scheme) {
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                errors.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(error -> errors.add("error: " + error));
        page.onRequest(request -> {
            if (!request.url().startsWith("http://127.0.0.1:")) {
                errors.add("a request to elsewhere: " + request.url());
            }
        });
        return page;
    }

    /** What axe-core finds in the page that is serious or worse, each with where and why. */
    public static List<?> serious(Page page) throws IOException {
        try (InputStream axe = Chromium.class.getResourceAsStream("/axe.min.js")) {
            page.evaluate(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) page.evaluate(SERIOUS);
    }

    /** A picture in lab/target/dashboard, of which the best become those of the docs. */
    public static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/dashboard/" + name + ".png")));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
