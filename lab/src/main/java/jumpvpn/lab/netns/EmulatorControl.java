package jumpvpn.lab.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The lab's end of the {@link LinkEmulator}'s standard input and output. */
final class EmulatorControl {
    /** Which way of a link a setting is for; UP is away from the client. */
    enum Way {
        UP,
        DOWN,
        BOTH
    }

    private static final Pattern OVERLOAD = Pattern.compile("(?:overflowed|oversized|kernel_drops)=(\\d+)");

    private final PrintStream commands;
    private final BufferedReader answers;

    private EmulatorControl(Process process) {
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        answers = process.inputReader(StandardCharsets.US_ASCII);
    }

    static EmulatorControl start(Namespace wires, JavaCommand java) throws IOException {
        String plain = "plain=wifi0,lte0,lanA,lanB";
        Process process = wires.start(
                "emulator.log",
                java.line(LinkEmulator.class.getName(), List.of(plain, "A=nearA,farA", "B=nearB,farB")));
        EmulatorControl control = new EmulatorControl(process);
        if (!"ready".equals(control.answers.readLine())) {
            Workspace.stop(process);
            throw new IOException("the link emulator did not start: " + wires.logTail("emulator.log"));
        }
        return control;
    }

    /** Half of it each way; the rest of the topology adds some tens of microseconds. */
    void roundTripMillis(Uplink uplink, double millis) throws IOException {
        set(uplink, Way.BOTH, "delay-us " + Math.round(millis * 500));
    }

    void loss(Uplink uplink, Way way, double probability) throws IOException {
        set(uplink, way, "loss " + probability);
    }

    /** Swallows everything silently, also what is already on the wire; when it began or ended. */
    Instant blackHole(Uplink uplink, Way way, boolean on) throws IOException {
        return set(uplink, way, "hole " + (on ? "on" : "off"));
    }

    /** Flips one bit in the sealed part of each of the next {@code count} data packets. */
    void flip(Uplink uplink, Way way, int count) throws IOException {
        set(uplink, way, "flip " + count);
    }

    /** Sends each of the next {@code count} data packets twice. */
    void duplicate(Uplink uplink, Way way, int count) throws IOException {
        set(uplink, way, "dup " + count);
    }

    void rateKbit(Uplink uplink, Way way, long kbit) throws IOException {
        set(uplink, way, "rate-kbit " + kbit);
    }

    /** How long a frame waits for a slow line at most. */
    void queueMillis(Uplink uplink, Way way, long millis) throws IOException {
        set(uplink, way, "queue-ms " + millis);
    }

    /** Packets of more bytes vanish without a word from now on; when. */
    Instant mtu(Uplink uplink, Way way, int bytes) throws IOException {
        return set(uplink, way, "mtu " + bytes);
    }

    /** Counters and lateness of each direction, as text. */
    String statistics() throws IOException {
        String answer = ask("stats");
        return answer.substring(answer.indexOf(' ') + 1);
    }

    /** Frames lost because the emulator could not keep up: its queue, the kernel's queue, or a frame larger than any should be. */
    static long overloaded(String statistics) {
        return OVERLOAD.matcher(statistics)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    private Instant set(Uplink uplink, Way way, String setting) throws IOException {
        String answer = ask(uplink + " " + way.name().toLowerCase(Locale.ROOT) + " " + setting);
        int dot = answer.indexOf('.');
        return Instant.ofEpochSecond(Long.parseLong(answer, 0, dot, 10), Long.parseLong(answer, dot + 1, dot + 10, 10));
    }

    private synchronized String ask(String command) throws IOException {
        commands.println(command);
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith("ok ")) {
            throw new IOException("link emulator: " + command + ": " + answer);
        }
        return answer.substring(3);
    }
}
