// What Kratos's courier sends to Countersign: to whom, what for, and the code. Kratos's own text stays behind.
function(ctx)
  local data = ctx.template_data;
  local codes = [
    data[name]
    for name in ['login_code', 'registration_code', 'verification_code', 'recovery_code']
    if std.objectHas(data, name)
  ];
  local code = if std.length(codes) > 0 then codes[0] else '';
  {
    to: ctx.recipient,
    type: ctx.template_type,
    code: code,
    // The same for each try of a message, for Kratos gives none.
    id: std.md5(std.join('\n', [ctx.recipient, ctx.template_type, code])),
  }
