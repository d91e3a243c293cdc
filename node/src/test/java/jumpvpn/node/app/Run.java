package jumpvpn.node.app;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** One command in this process: its exit code and what it printed. */
record Run(int code, String out, String err) {
    static Run of(String... words) {
        return with("", new ControlPaths(List.of()), new RuntimeNodes(), words);
    }

    static Run reading(String stdin, String... words) {
        return with(stdin, new ControlPaths(List.of()), new RuntimeNodes(), words);
    }

    static Run in(Path sockets, Nodes nodes, String... words) {
        return with("", new ControlPaths(List.of(sockets)), nodes, words);
    }

    private static Run with(String stdin, ControlPaths sockets, Nodes nodes, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Context context = context(stdin, out, err, sockets, nodes);
        int code = Main.run(List.of(words), context);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Context context(
            String stdin, OutputStream out, ByteArrayOutputStream err, ControlPaths sockets, Nodes nodes) {
        return new Context(
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                sockets,
                false,
                new Random()::nextBytes,
                nodes);
    }
}
