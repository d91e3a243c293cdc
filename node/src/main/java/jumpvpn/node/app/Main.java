package jumpvpn.node.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.Similar;
import jumpvpn.node.host.SystemEntropy;

/** Finds the command that was typed, runs it and turns what went wrong into one line and an exit code. */
public final class Main {
    /** Done. */
    public static final int OK = 0;

    /** It could not be done. */
    public static final int FAILED = 1;

    /** The command line or a configuration file is wrong. */
    public static final int USAGE = 2;

    private static final String TRACE = "JUMPVPN_TRACE";

    private Main() {}

    /** The process. */
    public static void main(String[] words) {
        // UTF-8 whatever the locale says: JSON is, and the locale of a service is often none.
        System.exit(run(words, System.in, utf8(FileDescriptor.out), utf8(FileDescriptor.err)));
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** One command without a process of its own; returns the exit code. */
    public static int run(String[] words, InputStream in, PrintStream out, PrintStream err) {
        Context context = new Context(
                in,
                out,
                err,
                ControlPaths.standard(System.getenv()),
                System.getenv(TRACE) != null,
                new SystemEntropy(),
                new RuntimeNodes());
        return run(List.of(words), context);
    }

    static int run(List<String> words, Context context) {
        if (words.isEmpty()) {
            context.err().print(Help.overview());
            return USAGE;
        }
        if (List.of("--help", "-h", "help").contains(words.getFirst()) && words.size() == 1) {
            context.out().print(Help.overview());
            return OK;
        }
        List<String> asked = words.getFirst().equals("help") ? words.subList(1, words.size()) : words;
        Optional<Command> command = find(asked);
        if (command.isEmpty()) {
            return complain(context, USAGE, unknown(asked), "jumpvpn --help");
        }
        return run(command.get(), words, context);
    }

    private static int run(Command command, List<String> words, Context context) {
        try {
            if (words.getFirst().equals("help")) {
                context.out().print(Help.of(command));
                return OK;
            }
            int spoken = command.name().split(" ").length;
            Arguments arguments = Arguments.parse(command, words.subList(spoken, words.size()));
            if (arguments.has(Option.HELP)) {
                context.out().print(Help.of(command));
                return OK;
            }
            return command.action().run(arguments, context);
        } catch (UsageException e) {
            return complain(context, USAGE, String.valueOf(e.getMessage()), "jumpvpn " + command.name() + " --help");
        } catch (InvalidPathException e) {
            return complain(
                    context, USAGE, "\"" + e.getInput() + "\" is no path", "jumpvpn " + command.name() + " --help");
        } catch (ConfigException e) {
            context.err().println(e.getMessage());
            return USAGE;
        } catch (CommandFailed e) {
            context.err().println("jumpvpn: " + e.getMessage());
            return FAILED;
        } catch (FileSystemException e) {
            context.err().println("jumpvpn: " + file(e));
            return FAILED;
        } catch (Exception e) {
            return unexpected(e, context);
        }
    }

    private static String file(FileSystemException e) {
        String reason = e.getReason() == null ? e.getClass().getSimpleName().replace("Exception", "") : e.getReason();
        return e.getFile() + ": " + reason + "; check the path and whose it is";
    }

    private static int complain(Context context, int code, String what, String help) {
        context.err().println("jumpvpn: " + what);
        context.err().println("See: " + help);
        return code;
    }

    private static int unexpected(Exception e, Context context) {
        StackTraceElement[] trace = e.getStackTrace();
        context.err().println("jumpvpn: unexpected " + e + (trace.length == 0 ? "" : " at " + trace[0]));
        if (context.trace()) {
            e.printStackTrace(context.err());
        } else {
            context.err().println("This is a bug. Run it again with " + TRACE + "=1 and report what it prints.");
        }
        return FAILED;
    }

    /** The command whose name the words begin with; of two, the longer. */
    private static Optional<Command> find(List<String> words) {
        Optional<Command> found = Optional.empty();
        for (Command command : Commands.ALL) {
            List<String> name = Arrays.asList(command.name().split(" "));
            boolean named =
                    words.size() >= name.size() && words.subList(0, name.size()).equals(name);
            if (named
                    && (found.isEmpty()
                            || found.get().name().length() < command.name().length())) {
                found = Optional.of(command);
            }
        }
        return found;
    }

    private static String unknown(List<String> words) {
        String typed = words.isEmpty() ? "" : words.getFirst();
        String two = words.size() < 2 ? typed : typed + " " + words.get(1);
        List<String> names = Commands.ALL.stream().map(Command::name).toList();
        return "there is no command \"" + typed + "\""
                + Similar.to(two, names)
                        .or(() -> Similar.to(typed, names))
                        .or(() -> names.stream()
                                .filter(name -> name.startsWith(typed + " "))
                                .findFirst())
                        .map(near -> "; did you mean \"" + near + "\"?")
                        .orElse("");
    }
}
