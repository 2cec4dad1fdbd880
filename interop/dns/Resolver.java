import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/** Asks a registry as programs in Java do (JNDI), and prints what it heard as JSON. */
public class Resolver {
  public static void main(String[] args) throws Exception {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, "dns://" + args[0]);
    DirContext context = new InitialDirContext(environment);
    List<String> hosts = all(context, "payments.service.rollcall", "A");
    Collections.sort(hosts);
    boolean nobody = false;
    try {
      all(context, "nobody.service.rollcall", "A");
    } catch (NameNotFoundException expected) {
      nobody = true;
    }
    System.out.printf(
        "{\"hosts\":[\"%s\"],\"srv\":%d,\"many\":%d,\"nobody\":%b}%n",
        String.join("\",\"", hosts),
        all(context, "_payments._tcp.service.rollcall", "SRV").size(),
        all(context, "many.service.rollcall", "SRV").size(),
        nobody);
  }

  private static List<String> all(DirContext context, String name, String type) throws Exception {
    Attribute found = context.getAttributes(name, new String[] {type}).get(type);
    List<String> values = new ArrayList<>();
    for (int at = 0; found != null && at < found.size(); at++) values.add((String) found.get(at));
    return values;
  }
}
