package jumpvpn.node.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.app.doctor.Check;
import jumpvpn.node.app.doctor.Doctor;
import jumpvpn.node.config.ConfigException;
import jumpvpn.node.config.NodeConfig;
import org.jspecify.annotations.Nullable;

/** {@code doctor}: what is wrong on this machine, and how to mend it. */
final class DoctorCommand {
    private DoctorCommand() {}

    static int run(Arguments arguments, Context context) throws ConfigException, IOException {
        NodeConfig config = arguments.has(Option.CONFIG)
                ? NodeConfig.load(Path.of(arguments.value(Option.CONFIG).orElseThrow()))
                : null;
        List<Check> checks = examine(config, context);
        if (arguments.has(Option.JSON)) {
            context.out().println(Check.json(checks));
        } else {
            context.out().print(Check.text(checks));
        }
        return Check.anyFailed(checks) ? Main.FAILED : Main.OK;
    }

    static List<Check> examine(@Nullable NodeConfig config, Context context) throws IOException {
        boolean isRunning = config != null && ControlClient.isRunning(config, context.sockets());
        return Doctor.examine(config, isRunning, Crypto.jdk(context.entropy()));
    }
}
