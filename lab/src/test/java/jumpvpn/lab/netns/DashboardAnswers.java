package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that a node's dashboard says: its files, every question of its API, what its stream says first, and refusals. */
final class DashboardAnswers {
    static final String LISTEN = "127.0.0.1:8787";
    private static final List<String> FILES = List.of(
            "",
            "style.css",
            "icon.svg",
            "app.js",
            "dom.js",
            "live.js",
            "sessions.js",
            "session.js",
            "story.js",
            "charts.js",
            "security.js",
            "cluster.js");

    private final String token;
    private final StringBuilder all = new StringBuilder();

    private DashboardAnswers(String token) {
        this.token = token;
    }

    /** All that it says of this session and of itself; fails if a question has no answer. */
    static String all(Namespace where, String token, String session) throws IOException {
        return NamespaceThread.call(where.pid(), () -> {
            DashboardAnswers answers = new DashboardAnswers(token);
            for (String file : FILES) {
                answers.ask(200, "GET", file, null);
            }
            answers.stream(session);
            for (String question : List.of("sessions", "security", "cluster", "session?id=" + session)) {
                answers.ask(200, "GET", "api/" + question, null);
            }
            answers.ask(200, "POST", "api/act", "{\"action\":\"jump\",\"to\":\"nowhere\"}");
            answers.ask(401, "POST", "api/login", "{\"link\":\"" + token + "\"}");
            answers.ask(404, "GET", "api/" + token, null);
            return answers.all.toString();
        });
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + LISTEN + "/" + path).toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty(
                "Connection", "close"); // the JDK would use it for the same address in another namespace
        return connection;
    }

    private void ask(int status, String method, String path, @Nullable String body) throws IOException {
        HttpURLConnection connection = open(path);
        connection.setRequestMethod(method);
        if (body != null) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        if (connection.getResponseCode() != status) {
            throw new AssertionError("/" + path + " answered " + connection.getResponseCode());
        }
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        all.append(connection.getHeaderFields());
    }

    /** Until it has shown the session. */
    private void stream(String session) throws IOException {
        HttpURLConnection connection = open("api/live");
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            boolean shown = false;
            for (String line = lines.readLine(); line != null && !shown; line = lines.readLine()) {
                all.append(line);
                if (line.contains("\"viewer\":")) {
                    String viewer = line.replaceAll(".*\"viewer\":\"([0-9]+)\".*", "$1");
                    ask(200, "GET", "api/view?viewer=" + viewer + "&view=1&session=" + session, null);
                }
                shown = line.contains("\"view\":1") && line.contains("\"session\":{");
            }
        }
        connection.disconnect();
    }
}
